/*
 * What the parts of the simulator share: requests and replies that know no
 * socket, and the one lock.
 *
 * server.c owns sockets and threads; route.c finds the handler; handlers
 * parse the body without the lock, then take it to look and to change.
 * Everything in struct sim below the lock is guarded by it.
 */
#ifndef SANDBOX_SIM_H
#define SANDBOX_SIM_H

#include <jansson.h>
#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "sandbox/auth.h"
#include "sandbox/fault.h"
#include "sandbox/sandbox.h"
#include "sandbox/stats.h"
#include "sandbox/store.h"

#define SIM_BATCH_MAX 100          /* inputs in one batch call */
#define SIM_BODY_MAX (16u << 20)   /* bytes; more is answered 413 */
#define SIM_SEGMENTS 10
#define SIM_QUERY 16

struct sim_association;
struct sim_associations {
	struct table by_name;
	struct sim_association **list; /* owned, as they were made */
	size_t n;
};

struct sim {
	struct sandbox_opts opts; /* strings are the caller's, start only */
	pthread_mutex_t lock;
	struct sim_store store;
	struct sim_faults faults;
	struct sim_auth auth;
	struct sim_stats stats;
	struct sim_associations associations;
	struct sim_job *jobs; /* the newest first */
	uint64_t njob;
	json_t *plain; /* plain.c: by type; NULL: there is none */
};

struct sim_request {
	const char *method;
	struct str path;                  /* decoded, for faults and the log */
	struct str seg[SIM_SEGMENTS];     /* of path */
	size_t segs;
	struct str key[SIM_QUERY], value[SIM_QUERY];
	size_t query;
	struct str authorization, content_type, prefer;
	struct str body;
	struct arena *arena;              /* until the reply is made */
	int64_t now_us;
	struct sim_plan plan;             /* the faults of this request */
	struct sim_type *type;            /* of object routes */
	struct sim_counts counts;         /* what a handler did */
};

struct sim_reply {
	int status; /* 0: no answer */
	struct buf body;
	const char *content_type; /* NULL: JSON */
	char route[96];           /* for the stats */
	char extra[8][2][64];     /* further headers: name, value */
	size_t extras;
};

/* server.c: the segments of q's path. */
void sim_split(struct sim_request *q);
/* The value of a query parameter; n is 0 when it is not there. */
struct str sim_query(const struct sim_request *q, const char *name);
void sim_header(struct sim_reply *r, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* route.c: answer q, with the lock not held. */
void sim_answer(struct sim *s, struct sim_request *q, struct sim_reply *r);
/* What lies under /crm, for those who may ask. */
void sim_crm(struct sim *s, struct sim_request *q, struct sim_reply *r);

/* HubSpot's error body; category may be NULL. */
void sim_error(struct sim_reply *r, int status, const char *category,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A body that is no JSON, at its place. */
struct sim_json;
void sim_bad_json(struct sim_reply *r, const struct sim_json *j);
void sim_correlation(struct buf *b);
/* The properties that were asked for; id and times are shown always. */
struct sim_view {
	const struct str *names;
	size_t n;
};
struct sim_view sim_default_view(const struct sim_type *t);
/*
 * By id, or by a unique property where p is not NULL; archived records are
 * not there.  The lock is held.
 */
struct sim_record *sim_lookup(struct sim *s, struct sim_request *q,
    struct sim_prop *p, struct str id);
/* {"id":…,"properties":{…},…} */
void sim_put_record(struct buf *b, const struct sim_type *t,
    const struct sim_record *rec, const struct sim_view *v);

/* Handlers: the lock is not held. */
enum sim_op { SIM_CREATE, SIM_UPDATE, SIM_UPSERT };
void sim_batch_write(struct sim *s, struct sim_request *q,
    struct sim_reply *r, enum sim_op op);
void sim_batch_read(struct sim *s, struct sim_request *q,
    struct sim_reply *r);
void sim_batch_archive(struct sim *s, struct sim_request *q,
    struct sim_reply *r);
void sim_create(struct sim *s, struct sim_request *q, struct sim_reply *r);
void sim_object(struct sim *s, struct sim_request *q, struct sim_reply *r,
    struct str id);
void sim_list(struct sim *s, struct sim_request *q, struct sim_reply *r);
/* associate.c */
void sim_associate(struct sim *s, struct sim_request *q,
    struct sim_reply *r);
void sim_associations_put(struct buf *b, const struct sim_associations *all);
void sim_associations_fini(struct sim_associations *all);
/* ingest.c: writes by files */
void sim_ingest(struct sim *s, struct sim_request *q, struct sim_reply *r);
void sim_jobs_fini(struct sim *s);
/* parts.c: several requests in one, OData's $batch */
void sim_parts(struct sim *s, struct sim_request *q, struct sim_reply *r);
/* plain.c: one record a request, no upsert; /api/v2/{type} */
void sim_plain(struct sim *s, struct sim_request *q, struct sim_reply *r);
void sim_search(struct sim *s, struct sim_request *q, struct sim_reply *r);
void sim_properties(struct sim *s, struct sim_request *q,
    struct sim_reply *r, struct str name);
void sim_token(struct sim *s, struct sim_request *q, struct sim_reply *r);
void sim_admin(struct sim *s, struct sim_request *q, struct sim_reply *r);

/* state.c */
int sim_load(struct sim *s, const char *path, struct err *e);
int sim_save(struct sim *s, const char *path, struct err *e);

#endif
