/*
 * crosswalk sandbox hubspot: a simulated CRM in the foreground.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

/* argv[0] is "sandbox"; returns the exit status, after SIGTERM or SIGINT. */
int cli_sandbox(int argc, char **argv);

#endif
