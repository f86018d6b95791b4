/*
 * Tokens and rate limits.  The caller holds the simulator's lock.
 */
#ifndef SANDBOX_AUTH_H
#define SANDBOX_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define SIM_TOKENS 64 /* the newest are kept */

enum sim_auth_result { SIM_AUTH_NONE, SIM_AUTH_EXPIRED, SIM_AUTH_STATIC,
	SIM_AUTH_OAUTH };

struct sim_auth {
	struct str token; /* the static one */
	char refresh[64], *client_id, *client_secret;
	bool rotate;
	unsigned ttl_s;
	uint16_t port; /* where the API is, told with a token */
	struct {
		char text[48];
		int64_t until_us;
	} tokens[SIM_TOKENS];
	uint64_t issued;
	/* the limits */
	unsigned rate_max, rate_ms, daily_max;
	int64_t window; /* number of the window that used counts in */
	unsigned used;
	int64_t day;
	unsigned used_today;
};

/* Who sent "Bearer …"? */
enum sim_auth_result sim_auth_check(const struct sim_auth *a,
    struct str authorization, int64_t now_us);
/* All tokens from the token endpoint end now. */
void sim_auth_expire(struct sim_auth *a);
/* Count a request; false: it is over the limit. */
bool sim_auth_spend(struct sim_auth *a, int64_t now_us);

#endif
