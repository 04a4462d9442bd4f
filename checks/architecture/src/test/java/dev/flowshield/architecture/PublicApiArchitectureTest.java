package dev.flowshield.architecture;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Executable;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public API, as a file that every change of it has to change as well. So a change is seen in
 * review, and none is made by accident.
 */
class PublicApiArchitectureTest {

  private static final Path GOLDEN = Path.of("src", "test", "resources", "public-api.txt");
  private static final String WRITE = "public-api.write";
  private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");

  @Test
  void isTheOneInTheFile() throws IOException {
    List<String> now =
        Stream.of(Published.values()).flatMap(module -> lines(module).stream()).toList();
    if (Boolean.getBoolean(WRITE)) {
      Files.write(GOLDEN, now);
    }

    assertThat(now)
        .as("the public API; if the change is meant, run the test with -D%s=true", WRITE)
        .isEqualTo(Files.readAllLines(GOLDEN));
  }

  @Test
  void listsTypesWithTheirMembers() {
    assertThat(type(Sample.class))
        .containsExactly(
            "public abstract class dev.flowshield.architecture.PublicApiArchitectureTest$Sample"
                + " implements java.lang.Runnable",
            "  protected Sample(java.lang.String)",
            "  public static final int NUMBER",
            "  public static java.util.List<java.lang.String> names()");
  }

  /** A type to be listed. */
  public abstract static class Sample implements Runnable {
    public static final int NUMBER = 1;
    final String hidden;

    protected Sample(String name) {
      hidden = name;
    }

    public static List<String> names() {
      return List.of();
    }

    @Override
    public String toString() {
      return hidden;
    }
  }

  private static List<String> lines(Published module) {
    List<String> lines = new ArrayList<>();
    lines.add("# " + module.artifact());
    module.classes().stream()
        .filter(type -> isExported(module, type.getPackageName()))
        .map(JavaClass::reflect)
        .filter(PublicApiArchitectureTest::isVisible)
        .sorted((one, other) -> one.getName().compareTo(other.getName()))
        .forEach(type -> lines.addAll(type(type)));
    return lines;
  }

  private static boolean isExported(Published module, String packageName) {
    return module == Published.UNDERTOW // which has no descriptor
        || module.descriptor().exports().stream()
            .filter(export -> !export.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .anyMatch(packageName::equals);
  }

  private static boolean isVisible(Class<?> type) {
    return isVisible(type.getModifiers())
        && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static List<String> type(Class<?> type) {
    List<String> lines = new ArrayList<>();
    lines.add(head(type));
    members(type.getDeclaredConstructors())
        .map(member -> text((Executable) member, "", type.getSimpleName()))
        .forEach(lines::add);
    members(type.getDeclaredFields())
        .map(member -> "  " + Modifier.toString(member.getModifiers()) + " "
            + ((java.lang.reflect.Field) member).getGenericType().getTypeName() + " "
            + member.getName())
        .sorted()
        .forEach(lines::add);
    members(type.getDeclaredMethods())
        .filter(member -> !OF_OBJECT.contains(member.getName()))
        .map(member -> text(
            (Executable) member,
            ((Method) member).getGenericReturnType().getTypeName() + " ",
            member.getName()))
        .sorted()
        .forEach(lines::add);
    return lines;
  }

  private static Stream<? extends Member> members(Member[] members) {
    return Arrays.stream(members)
        .filter(member -> isVisible(member.getModifiers()) && !member.isSynthetic());
  }

  private static String head(Class<?> type) {
    String kind = type.isAnnotation()
        ? "@interface"
        : type.isInterface()
            ? "interface"
            : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    int modifiers = type.getModifiers() & ~(Modifier.INTERFACE | Modifier.STATIC);
    int shown = kind.equals("class") ? modifiers : modifiers & Modifier.PUBLIC;
    Type above = type.getGenericSuperclass();
    boolean hasParent = kind.equals("class") && above != Object.class;
    Type[] interfaces = type.getGenericInterfaces();
    return (Modifier.toString(shown) + " " + kind + " " + type.getName()).strip()
        + (hasParent ? " extends " + above.getTypeName() : "")
        + (interfaces.length == 0 ? "" : " implements " + names(interfaces));
  }

  private static String text(Executable member, String type, String name) {
    int modifiers = member.getModifiers() & Modifier.methodModifiers() & ~Modifier.SYNCHRONIZED;
    return "  " + Modifier.toString(modifiers) + " " + type + name + "("
        + names(member.getGenericParameterTypes()) + ")";
  }

  private static String names(Type[] types) {
    return Arrays.stream(types).map(Type::getTypeName).collect(joining(", "));
  }
}
