/* crosswalk validate by itself, for schema_validate.sh. */
#include "cli/validate.h"

int
main(int argc, char **argv)
{
	return cli_validate(argc, argv);
}
