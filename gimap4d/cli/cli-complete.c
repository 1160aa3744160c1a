/* What the completion of shells asks for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-complete.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-output.h"

static const char *
get_kind (const GOptionEntry *entry)
{
  switch (entry->arg)
    {
    case G_OPTION_ARG_NONE:
      return "flag";
    case G_OPTION_ARG_FILENAME:
    case G_OPTION_ARG_FILENAME_ARRAY:
      return "file";
    default:
      return "text";
    }
}

void
cli_complete_print_command (const Command *command)
{
  cli_print ("%s\t%s\n", command->name, _ (command->summary));
}

void
cli_complete_print_options (const GOptionEntry *entries)
{
  for (guint i = 0; entries != NULL && entries[i].long_name != NULL; i++)
    cli_print ("--%s\t%s\t%s\n", entries[i].long_name, get_kind (&entries[i]),
               _ (entries[i].description));
}
