noinst_LIBRARIES += src/vm/libvm.a
src_vm_libvm_a_SOURCES = \
	src/vm/args.h \
	src/vm/arith.c \
	src/vm/builtin.c src/vm/builtin.h src/vm/builtins.def \
	src/vm/codes.c \
	src/vm/conn.c \
	src/vm/contact.c \
	src/vm/dates.c \
	src/vm/decide.c src/vm/decide.h \
	src/vm/declared.c \
	src/vm/entry.c \
	src/vm/field.c \
	src/vm/form.c \
	src/vm/glue.c \
	src/vm/html.c \
	src/vm/insn.c src/vm/insn.h \
	src/vm/list.c \
	src/vm/lookup.c src/vm/lookup.h \
	src/vm/members.c \
	src/vm/merge.c src/vm/merge.h \
	src/vm/merging.h \
	src/vm/names.c \
	src/vm/number.c \
	src/vm/op.h src/vm/opcodes.def \
	src/vm/phone.cc src/vm/phone.h \
	src/vm/prog.c src/vm/prog.h \
	src/vm/put.c \
	src/vm/regex.c \
	src/vm/run.h \
	src/vm/text.c src/vm/text.h \
	src/vm/time.c src/vm/time.h \
	src/vm/unicode.c \
	src/vm/unit.c src/vm/unit.h \
	src/vm/verify.c \
	src/vm/vm.c src/vm/vm.h \
	src/vm/zone.c src/vm/zone.h

# phone.cc is C++, the programs are linked as C
LIB_VM += $(PHONE_LIBS) -lstdc++
LIB_LANG += $(PHONE_LIBS) -lstdc++

check_PROGRAMS += tests/unit/vm
TESTS += tests/unit/vm
tests_unit_vm_SOURCES = tests/unit/vm.h \
	tests/unit/vm_builtins.c \
	tests/unit/vm_eval.c \
	tests/unit/vm_examples.c \
	tests/unit/vm_limits.c \
	tests/unit/vm_lookup.c \
	tests/unit/vm_run.c \
	tests/unit/vm_verify.c
tests_unit_vm_LDADD = $(LIB_VM) $(UNIT_LIBS)

# A merge needs both programs of a map, so these are compiled.
check_PROGRAMS += tests/unit/merge
TESTS += tests/unit/merge
tests_unit_merge_SOURCES = tests/unit/merge.c
tests_unit_merge_LDADD = $(LIB_LANG) $(UNIT_LIBS)

EXTRA_DIST += src/vm/README.md src/vm/page.awk
dist_check_SCRIPTS += tests/unit/vm_page.sh
TESTS += tests/unit/vm_page.sh

# The same code once more, to tell the fuzzer's driver where it goes.
check_LIBRARIES += tests/fuzz/libfuzzvm.a
tests_fuzz_libfuzzvm_a_SOURCES = $(src_vm_libvm_a_SOURCES)
tests_fuzz_libfuzzvm_a_CFLAGS = $(AM_CFLAGS) -fsanitize-coverage=trace-pc
LIB_FUZZ_VM = tests/fuzz/libfuzzvm.a $(LIB_FUZZ) $(PCRE2_LIBS) $(ICU_LIBS) \
	$(XXHASH_LIBS) $(PHONE_LIBS) -lstdc++

FUZZERS += tests/fuzz/vm_codec tests/fuzz/vm_prog
tests_fuzz_vm_codec_SOURCES = $(FUZZ_DRIVER) tests/fuzz/vm_codec.c
tests_fuzz_vm_codec_LDADD = $(LIB_FUZZ_VM)
tests_fuzz_vm_prog_SOURCES = $(FUZZ_DRIVER) tests/fuzz/vm_prog.c
tests_fuzz_vm_prog_LDADD = $(LIB_FUZZ_VM)

# The interpreter over a switch, for compilers without computed goto.
check_PROGRAMS += tests/unit/vm_switch
TESTS += tests/unit/vm_switch
tests_unit_vm_switch_SOURCES = tests/unit/vm.h tests/unit/vm_eval.c \
	tests/unit/vm_limits.c tests/unit/vm_run.c src/vm/vm.c
tests_unit_vm_switch_CPPFLAGS = $(AM_CPPFLAGS) -DVM_SWITCH
tests_unit_vm_switch_LDADD = $(LIB_VM) $(UNIT_LIBS)
