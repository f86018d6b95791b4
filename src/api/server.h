/*
 * Inside the room: the server and a request under way.
 *
 * A request lives from its first header to its last byte of answer, in
 * states: its body comes in (READ or, when it is refused already, SWALLOW);
 * its events wait for the journal (WAIT, the connection suspended, so that
 * no thread waits with it); it is answered (ANSWER).
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <strings.h>

#include "api/api.h"
#include "api/commit.h"
#include "api/directory.h"
#include "api/events.h"

enum request_state { REQUEST_READ, REQUEST_SWALLOW, REQUEST_WAIT,
	REQUEST_ANSWER };

/* A client's connection, in the list of api. */
struct client {
	struct client *prev, *next;
	int fd;
	int64_t since_ms; /* its last request ended or its headers came */
	int busy;         /* answering: not the client's slowness */
};

struct request {
	struct api *api;
	struct MHD_Connection *connection;
	struct client *client; /* NULL where MHD does not tell */
	enum request_state state;
	const struct route *route;
	struct str tenant;     /* a slice of the path, copied */
	int32_t tenant_id;
	struct events_in in;
	struct buf body;       /* READ */
	size_t swallowed;      /* SWALLOW */
	struct events_out out;
	struct problems problems;
	const struct picture *picture;
	struct commit_job job;
	struct buf answer;
	unsigned status;
	const char *type;      /* of the answer */
	struct arena arena;
};

/* Scratch for reading events, one for each thread that wants it. */
struct api_scratch {
	struct events_run *run;
	struct api_scratch *next;
};

struct api {
	struct api_opts opts; /* defaults filled in */
	struct MHD_Daemon *daemon;
	struct directory *directory;
	struct commit *commit;
	pthread_t keeper;
	int wake_fd; /* eventfd: the keeper should look */
	_Atomic int stopping;
	_Atomic size_t memory; /* of bodies */
	_Atomic uint64_t answers[600]; /* by status */
	_Atomic uint64_t dropped;      /* slow clients */
	pthread_mutex_t lock; /* clients, scratch */
	struct client *clients;
	struct api_scratch *scratch;
};

/* What answers a path and method; see route.c. */
struct route {
	const char *method;
	const char *path;  /* with {tenant} */
	int wants_key;
	int takes_body;
	/*
	 * At the end of the body: fills the answer.  1: it will come later,
	 * the connection is suspended and r is not ours any more.
	 */
	int (*answer)(struct request *r);
	/* At the headers: refuse what can be refused; may be NULL. */
	void (*head)(struct request *r);
};

/*
 * The route of a path; -1: there is none, or *allow (with "GET") when only
 * the method is wrong.
 */
int route_find(struct request *r, const char *method, const char *path,
    const char **allow);

/* Add a problem; its status answers. */
void refuse(struct request *r, enum problem_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* http.c */
enum MHD_Result http_access(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *upload, size_t *size, void **state);
void http_completed(void *cls, struct MHD_Connection *connection,
    void **state, enum MHD_RequestTerminationCode why);
void http_connection(void *cls, struct MHD_Connection *connection,
    void **socket_state, enum MHD_ConnectionNotificationCode what);
/* Drop clients whose request does not come in whole in time. */
void http_sweep(struct api *x, int64_t now_ms);

/* door.c: the events route. */
void events_head(struct request *r);
int events_answer(struct request *r);

#endif
