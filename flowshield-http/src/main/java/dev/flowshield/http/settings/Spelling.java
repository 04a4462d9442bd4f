package dev.flowshield.http.settings;

/** The ways in which messages write settings. */
public enum Spelling {
  /** The spelling of a builder method: {@code perClient("100/s")}. */
  CODE {
    @Override
    public String name(SettingKey<?> key) {
      return key.inCode();
    }

    @Override
    public String example(SettingKey<?> key, String value) {
      return key.inCode() + "(\"" + value + "\")";
    }
  },
  /** The spelling of a configuration: {@code per-client=100/s}. */
  CONFIGURATION {
    @Override
    public String name(SettingKey<?> key) {
      return key.name();
    }

    @Override
    public String example(SettingKey<?> key, String value) {
      return key.name() + "=" + value;
    }
  };

  /** Returns the name of a setting. */
  public abstract String name(SettingKey<?> key);

  /** Returns a setting with a value. */
  public abstract String example(SettingKey<?> key, String value);
}
