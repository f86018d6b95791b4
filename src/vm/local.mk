noinst_LIBRARIES += src/vm/libvm.a
src_vm_libvm_a_SOURCES = \
	src/vm/args.h \
	src/vm/arith.c \
	src/vm/builtin.c src/vm/builtin.h src/vm/builtins.def \
	src/vm/glue.c \
	src/vm/op.h src/vm/opcodes.def \
	src/vm/prog.c src/vm/prog.h \
	src/vm/regex.c \
	src/vm/run.h \
	src/vm/text.c \
	src/vm/unit.c src/vm/unit.h \
	src/vm/verify.c \
	src/vm/vm.c src/vm/vm.h \
	src/vm/zone.c
