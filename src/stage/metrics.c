/*
 * The text format that Prometheus reads.
 */
#include "stage/metrics.h"

#include <inttypes.h>

enum kind { COUNTER, GAUGE };

static const struct {
	const char *name;
	enum kind kind;
	const char *help;
} list[] = {
#define METRIC(name, kind, help) { #name, kind, help },
#include "stage/metrics.def"
#undef METRIC
};

void
metrics_render(struct buf *out, const struct metrics *m)
{
	for (size_t i = 0; i < COUNT(list); i++) {
		const char *tail = list[i].kind == COUNTER ? "_total" : "";

		buf_printf(out, "# HELP crosswalk_%s%s %s\n", list[i].name,
		    tail, list[i].help);
		buf_printf(out, "# TYPE crosswalk_%s%s %s\n", list[i].name,
		    tail, list[i].kind == COUNTER ? "counter" : "gauge");
		buf_printf(out, "crosswalk_%s%s %" PRId64 "\n", list[i].name,
		    tail, metric_get(m, (enum metric)i));
	}
}
