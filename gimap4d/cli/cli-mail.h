/* A mail in a list: a line for people, an object for programs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

/* On a terminal in columns, what is not read yet in bold; elsewhere the same fields with tabs between
 * them, and nothing cut. */
void cli_mail_print_line (GEmail *mail);

/* 4D's object: what g_email_to_json() makes. */
void cli_mail_print_json (GEmail *mail);

/* "Ada <ada@example.org>, …", safe for a terminal. */
char *cli_mail_make_addresses (GListModel *addresses);
/* In local time; an empty text for NULL. */
char *cli_mail_make_date (GDateTime *date);
/* One letter a flag: N new, F flagged, A answered, D deleted, d draft. */
char *cli_mail_make_flags (GEmail *mail);

G_END_DECLS
