/* What strangers wrote, made fit for a terminal.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CLI_TEXT_LINE,  /* all in one line: line breaks and tabs become spaces */
  CLI_TEXT_LINES, /* line breaks and tabs stay */
} CliTextForm;

/* Without anything that a terminal obeys or that turns the direction of writing: such characters
 * and what is no UTF-8 become U+FFFD. @text is nullable. */
char *cli_text_make_safe (const char *text, CliTextForm form);

/* Whether a terminal would do something else with it than show it. */
gboolean cli_text_is_dangerous (gunichar character);

/* Columns of a terminal. */
guint cli_text_get_width (const char *text);
/* Exactly @width columns: cut with an ellipsis, or filled up with spaces. */
char *cli_text_fit (const char *text, guint width);

G_END_DECLS
