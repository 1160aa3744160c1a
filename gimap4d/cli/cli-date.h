/* Dates as people write them on a command line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A day, or a day and a time; local unless it says otherwise. Fails with CLI_ERROR. */
GDateTime *cli_date_parse (const char *text, GError **error);

G_END_DECLS
