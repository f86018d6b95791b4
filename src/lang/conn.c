#include "lang/compile.h"
void
connector_compile(struct compile *c, struct entity *e,
    struct unit_connector *out)
{
	NOT_BUILT(c, e->decl->head, "connector");
}
