/*
 * A shape: which paths of a JSON object a program reads, and the slot that
 * each goes to.  Made once per program, sealed, then shared by threads.
 *
 * One pass of the reader over a record fills an array of slots for exactly
 * these paths and checks the rest without storing it.
 */
#ifndef RECORD_SHAPE_H
#define RECORD_SHAPE_H

#include "base/err.h"
#include "record/scan.h"
#include "record/value.h"

struct shape;

/* In arena a; nslots is fixed beforehand. */
struct shape *shape_new(struct arena *a, size_t nslots);

/*
 * path is n names from the root, 0 <= n <= RECORD_DEPTH; its value goes to
 * slot.  A path may be taken whole (as RAW) and walked into as well.  A path
 * twice: the first slot stays and is returned; otherwise slot is returned.
 */
size_t shape_add(struct shape *sh, const struct str *path, size_t n,
    size_t slot);

/*
 * The members of the object at path that no other path of the shape names go
 * to slot as a RECORD.  One such slot per object.
 */
void shape_rest(struct shape *sh, const struct str *path, size_t n,
    size_t slot);

/* Build the tables the reader uses; nothing is added afterwards. */
void shape_seal(struct shape *sh);

/*
 * A reader's own memory; belongs to one thread and serves any number of
 * shapes.  It is fastest when records name their fields in one order, and
 * remembers that order for the four shapes it served last.
 */
struct reader;
struct reader *reader_new(void);
void reader_free(struct reader *r);

/*
 * Read one record into slots[0 .. nslots of sh), every one of which is set
 * (ABSENT where the record has nothing).  Below a null, slots are NULL; a
 * path that wants an object where the record has text, a number, a bool or an
 * array is an error.  The text must be an object; it is at most RECORD_MAX
 * bytes and stays alive as long as the slots are used.  err.at is the byte
 * offset, and the text of the error says line and column where the record
 * has several lines.
 */
int reader_read(struct reader *r, const struct shape *sh, struct str json,
    struct value *slots, struct arena *a, struct err *e);

#endif
