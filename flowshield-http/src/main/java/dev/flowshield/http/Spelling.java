package dev.flowshield.http;

/** The ways in which messages write settings. */
enum Spelling {
  /** As a method of the builder: {@code perClient("100/s")}. */
  CODE {
    @Override
    String name(SettingKey<?> key) {
      return key.inCode();
    }

    @Override
    String example(SettingKey<?> key, String value) {
      return key.inCode() + "(\"" + value + "\")";
    }
  },
  /** As a line of a configuration: {@code per-client=100/s}. */
  CONFIGURATION {
    @Override
    String name(SettingKey<?> key) {
      return key.name();
    }

    @Override
    String example(SettingKey<?> key, String value) {
      return key.name() + "=" + value;
    }
  };

  /** Returns the name of a setting. */
  abstract String name(SettingKey<?> key);

  /** Returns a setting with a value. */
  abstract String example(SettingKey<?> key, String value);
}
