/*
 * Items of frames, made from the field lists of work.h.
 */
#include "stage/work.h"

#define PUT_N(name) frame_u64(f, x->name);
#define PUT_S(name) frame_str(f, x->name);
#define GET_N(name) x->name = frame_get_u64(f);
#define GET_S(name) x->name = frame_get_str(f);

void
result_of(struct result *r, const struct work *w)
{
#define SAME(name) r->name = w->name;
	*r = (struct result){ 0 };
	WORK_FIELDS(SAME, SAME)
#undef SAME
}

struct vm_event
work_event(const struct work *w)
{
	return (struct vm_event){ .op = w->op == 'd' ? EVENT_DELETE :
		w->linked ? EVENT_UPDATE : EVENT_CREATE,
		.at_us = (int64_t)w->at, .key = w->key };
}

void
work_put(struct frame_out *f, const struct work *x)
{
	WORK_FIELDS(PUT_N, PUT_S)
	frame_item(f);
}

void
result_put(struct frame_out *f, const struct result *x)
{
	RESULT_FIELDS(PUT_N, PUT_S)
	frame_item(f);
}

void
ack_put(struct frame_out *f, const struct ack *x)
{
	ACK_FIELDS(PUT_N, PUT_S)
	frame_item(f);
}

int
work_get(struct frame *f, struct work *x)
{
	WORK_FIELDS(GET_N, GET_S)
	return f->bad ? -1 : 0;
}

int
result_get(struct frame *f, struct result *x)
{
	RESULT_FIELDS(GET_N, GET_S)
	return f->bad ? -1 : 0;
}

int
ack_get(struct frame *f, struct ack *x)
{
	ACK_FIELDS(GET_N, GET_S)
	return f->bad ? -1 : 0;
}
