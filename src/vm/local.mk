noinst_LIBRARIES += src/vm/libvm.a
src_vm_libvm_a_SOURCES =
