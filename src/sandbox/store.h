/*
 * Types, their properties and their records.  No locks here: the caller
 * holds the simulator's.
 *
 * Invariants: a live record's value of a unique property is in that
 * property's index, and no other live record has it; ids of a type are
 * dense, so records[id - SIM_FIRST_ID] is the record; records are archived,
 * never taken out.
 */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/table.h"

#define SIM_FIRST_ID 1001
#define SIM_VALUE_MAX 65536 /* characters of a string */

/* KIND(name, HubSpot's type, the fieldType it has when none is given) */
#define SIM_KINDS(X)                                     \
	X(STRING, "string", "text")                      \
	X(NUMBER, "number", "number")                    \
	X(DATE, "date", "date")                          \
	X(DATETIME, "datetime", "date")                  \
	X(ENUM, "enumeration", "select")                 \
	X(BOOL, "bool", "booleancheckbox")               \
	X(PHONE, "phone_number", "phonenumber")

enum sim_kind {
#define X(name, text, field) SIM_##name,
	SIM_KINDS(X)
#undef X
};

struct sim_option {
	struct str value, label;
};

struct sim_prop {
	struct str name, label, group, field_type;
	enum sim_kind kind;
	bool multi;     /* an enumeration of fieldType checkbox: a;b;c */
	bool email;     /* checked as an address, lowercased */
	bool unique;
	bool read_only;
	bool computed;  /* id and times: made from the record, not stored */
	bool ours;      /* hubspotDefined */
	bool gone;      /* archived: its name is free again */
	struct sim_option *options;
	size_t noptions;
	size_t slot;    /* of its cell in a record */
	uint64_t mark;  /* the write that has named it already */
	struct table index; /* unique: value -> record */
};

/* p is NULL where the property was never set; n is 0 where it was cleared */
struct sim_cell {
	char *p;
	size_t n;
};

struct sim_record {
	uint64_t id;
	int64_t created_us, updated_us;
	bool archived;
	struct sim_cell *cells; /* by slot; may be shorter than the type */
	size_t ncells;
};

struct sim_type {
	struct str name;
	char type_id[24]; /* "0-1" */
	char noun[24];    /* "CONTACT", for messages */
	struct table props; /* name -> sim_prop, the living ones */
	struct sim_prop **slots;
	size_t nslots;
	struct sim_record **records;
	size_t nrecords;
	struct arena arena; /* names, options */
};

struct sim_store {
	struct table types;
	size_t ntypes;
	bool keep_email_case;
	uint64_t writes; /* numbers them for sim_prop.mark */
};

void sim_store_init(struct sim_store *st);
void sim_store_fini(struct sim_store *st);
/*
 * The type of that name; one that is not there yet is made, with the
 * properties every type has.  NULL when it is no name for a type.
 */
struct sim_type *sim_store_type(struct sim_store *st, struct str name);
struct sim_prop *sim_type_prop(const struct sim_type *t, struct str name);
/* NULL when there is none; archived ones are returned too. */
struct sim_record *sim_type_record(const struct sim_type *t, struct str id);
/* The live record with that value of a unique property. */
struct sim_record *sim_prop_find(const struct sim_prop *p, struct str value);

struct sim_record *sim_record_new(struct sim_type *t, int64_t now_us);
struct sim_cell sim_record_get(const struct sim_record *r,
    const struct sim_prop *p);
/* 1: changed, 0: it was so already. */
int sim_record_set(struct sim_record *r, struct sim_prop *p,
    struct str value);
/* The value as it is read; text is for computed ones (32 bytes). */
struct str sim_record_text(const struct sim_record *r,
    const struct sim_prop *p, char *text);
void sim_record_archive(struct sim_type *t, struct sim_record *r,
    int64_t now_us);

/* catalogue.c: what HubSpot has from the beginning. */
void sim_catalogue(struct sim_type *t);
/* A definition as POST /crm/v3/properties/{type} takes it; NULL and *e. */
struct sim_prop *sim_declare(struct sim_type *t, const json_t *def,
    struct err *e);
struct sim_prop *sim_prop_new(struct sim_type *t, struct str name,
    enum sim_kind kind);
const char *sim_kind_name(enum sim_kind kind);

/* value.c */
struct sim_flaw {
	const char *code; /* INVALID_INTEGER, … */
	struct str message;
};
/*
 * in as HubSpot would store it; text may be in itself or of the arena.
 * False: refused, *flaw says why.
 */
bool sim_value(const struct sim_store *st, const struct sim_prop *p,
    struct str in, struct arena *a, struct str *out, struct sim_flaw *flaw);
/*
 * Milliseconds since 1970 as HubSpot writes a datetime: as Java's Instant,
 * without a fraction where it is zero, unless always_ms.  out[32].
 */
struct str sim_instant(int64_t ms, bool always_ms, char *out);
/* In decimal; out[32]. */
struct str sim_decimal(uint64_t v, char *out);

#endif
