package dev.flowshield.engine.faults;

import static org.objectweb.asm.Opcodes.ANEWARRAY;
import static org.objectweb.asm.Opcodes.ASM9;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.NEW;
import static org.objectweb.asm.Opcodes.NEWARRAY;
import static org.objectweb.asm.Opcodes.RETURN;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * The api, the engine and these tests once more, the former two with calls of {@link Fuse} in their
 * code.
 */
final class Instrumented extends ClassLoader {

  private static final String OURS = "dev.flowshield.";
  private static final String FUSE = Type.getInternalName(Fuse.class);
  private static final String CLASS_INITIALIZER = "<clinit>"; // what fails there fails for good

  /** Where {@link Fuse} is called. */
  enum At {
    /** Before all that may need memory. */
    ALLOCATIONS,
    /** Where a method begins, and before each call of a method of the JDK. */
    CALLS
  }

  /** Counts even if it finds no memory, which AdmissionCountTest shows. */
  private static final String COPES_WITHOUT_MEMORY = OURS + "engine.AdmissionCount";

  private final At at;

  Instrumented(At at) {
    super(Instrumented.class.getClassLoader());
    this.at = at;
  }

  /** Runs {@link Trials#broken} on the instrumented engine. */
  @SuppressWarnings("unchecked") // the list is one of strings in every class loader
  List<String> broken(String trial) throws ReflectiveOperationException {
    Method broken = loadClass(Trials.class.getName())
        .getDeclaredMethod(
            at == At.ALLOCATIONS ? "brokenWithoutMemory" : "brokenWithoutStack", String.class);
    broken.setAccessible(true);
    try {
      return (List<String>) broken.invoke(null, trial);
    } catch (InvocationTargetException failed) {
      throw new AssertionError(failed.getCause());
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS) || name.equals(Fuse.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = isLeftAlone(name) ? original(name) : instrumented(original(name));
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private boolean isLeftAlone(String name) {
    return name.startsWith(Instrumented.class.getPackageName())
        || name.startsWith(OURS + "testkit.")
        || (at == At.ALLOCATIONS && name.equals(COPES_WITHOUT_MEMORY));
  }

  private byte[] original(String name) throws ClassNotFoundException {
    try (@Nullable InputStream original = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (original == null) {
        throw new ClassNotFoundException(name);
      }
      return original.readAllBytes();
    } catch (IOException failure) {
      throw new ClassNotFoundException(name, failure);
    }
  }

  private byte[] instrumented(byte[] original) {
    ClassReader reader = new ClassReader(original);
    Map<String, Integer> locals = locals(reader);
    Instrumentation instrumentation = at == At.ALLOCATIONS
        ? (method, name) -> new Allocations(method)
        : (method, name) -> new Calls(method, locals.getOrDefault(name, 0));
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_FRAMES);
    reader.accept(new Methods(writer, instrumentation), ClassReader.SKIP_FRAMES);
    return writer.toByteArray();
  }

  /** How many local variables methods have, by name and descriptor. */
  private static Map<String, Integer> locals(ClassReader reader) {
    Map<String, Integer> locals = new HashMap<>();
    reader.accept(
        new ClassVisitor(ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            return new MethodVisitor(ASM9) {
              @Override
              public void visitMaxs(int stack, int count) {
                locals.put(name + type, count);
              }
            };
          }
        },
        ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return locals;
  }

  private interface Instrumentation {
    MethodVisitor of(MethodVisitor method, String nameAndType);
  }

  private static final class Methods extends ClassVisitor {
    private final Instrumentation instrumentation;

    Methods(ClassVisitor to, Instrumentation instrumentation) {
      super(ASM9, to);
      this.instrumentation = instrumentation;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String type, String signature, String[] exceptions) {
      MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
      return name.equals(CLASS_INITIALIZER) ? method : instrumentation.of(method, name + type);
    }
  }

  private static boolean isOurs(String internalName) {
    return internalName.startsWith("dev/flowshield/");
  }

  /** Tells the fuse before each allocation, and before each call of the JDK that may be one. */
  private static final class Allocations extends MethodVisitor {

    private static final Set<String> CLASSES_WITHOUT = Set.of(
        "java/lang/Object",
        "java/lang/Record",
        "java/lang/Enum",
        "java/lang/Math",
        "java/lang/System",
        "java/lang/Thread",
        "java/lang/Boolean",
        "java/lang/invoke/VarHandle",
        "java/util/concurrent/ThreadLocalRandom",
        "java/util/concurrent/locks/ReentrantLock",
        "java/util/concurrent/atomic/AtomicBoolean",
        "java/util/concurrent/atomic/AtomicInteger",
        "java/util/concurrent/atomic/AtomicLong",
        "java/util/concurrent/atomic/AtomicLongArray",
        "java/util/concurrent/atomic/AtomicReference");

    private static final Set<String> METHODS_WITHOUT = Set.of(
        "length",
        "charAt",
        "isEmpty",
        "size",
        "get",
        "contains",
        "containsKey",
        "hasNext",
        "equals",
        "compareTo",
        "complete", // of a future that nothing depends on
        "requireNonNull",
        "longValue",
        "booleanValue",
        "intValue",
        "numberOfLeadingZeros",
        "numberOfTrailingZeros",
        "rotateLeft",
        "highestOneBit",
        "compare",
        "sum",
        "isDone",
        "isCompletedExceptionally",
        "getNow", // of a future that has a value
        "isCancelled");

    Allocations(MethodVisitor to) {
      super(ASM9, to);
    }

    private void allocate() {
      super.visitMethodInsn(INVOKESTATIC, FUSE, "allocate", "()V", false);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode == NEW || opcode == ANEWARRAY) {
        allocate();
      }
      super.visitTypeInsn(opcode, type);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == NEWARRAY) {
        allocate();
      }
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitMultiANewArrayInsn(String type, int dimensions) {
      allocate();
      super.visitMultiANewArrayInsn(type, dimensions);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String type, Handle bootstrap, Object... arguments) {
      allocate();
      super.visitInvokeDynamicInsn(name, type, bootstrap, arguments);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String type, boolean isInterface) {
      if (!isOurs(owner) && !CLASSES_WITHOUT.contains(owner) && !METHODS_WITHOUT.contains(name)) {
        allocate();
      }
      super.visitMethodInsn(opcode, owner, name, type, isInterface);
    }
  }

  /**
   * Lets the fuse know how deep each call is. A method keeps the depth of its caller in a variable
   * of its own.
   */
  private static final class Calls extends MethodVisitor {

    private final int caller;
    private final Set<Label> handlers = new HashSet<>();

    Calls(MethodVisitor to, int caller) {
      super(ASM9, to);
      this.caller = caller;
    }

    private void tell(String what) {
      super.visitVarInsn(ILOAD, caller);
      super.visitMethodInsn(INVOKESTATIC, FUSE, what, "(I)V", false);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      super.visitMethodInsn(INVOKESTATIC, FUSE, "enter", "()I", false);
      super.visitVarInsn(ISTORE, caller);
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
      handlers.add(handler);
      super.visitTryCatchBlock(start, end, handler, type);
    }

    @Override
    public void visitLabel(Label label) {
      super.visitLabel(label);
      if (handlers.contains(label)) {
        tell("back");
      }
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode >= IRETURN && opcode <= RETURN) {
        tell("leave");
      }
      super.visitInsn(opcode);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String type, Handle bootstrap, Object... arguments) {
      leaf();
      super.visitInvokeDynamicInsn(name, type, bootstrap, arguments);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String type, boolean isInterface) {
      if (isOurs(owner)) {
        super.visitMethodInsn(opcode, owner, name, type, isInterface);
      } else {
        leaf();
        super.visitMethodInsn(opcode, owner, name, type, isInterface);
        tell("back"); // it may have called code of ours, which failed
      }
    }

    private void leaf() {
      super.visitMethodInsn(INVOKESTATIC, FUSE, "leaf", "()V", false);
    }
  }
}
