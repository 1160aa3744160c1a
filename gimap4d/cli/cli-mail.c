/* A mail in a list: a line for people, an object for programs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-mail.h"

#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-text.h"

/* Of the sender; less on a narrow terminal. */
#define SENDER_LEAST 6
#define SENDER_MOST 24
#define SUBJECT_LEAST 6

static const struct
{
  const char *keyword;
  char letter;
  gboolean when_set;
} letters[] = {
  { "$seen", 'N', FALSE },   { "$flagged", 'F', TRUE }, { "$answered", 'A', TRUE },
  { "$deleted", 'D', TRUE }, { "$draft", 'd', TRUE },
};

char *
cli_mail_make_flags (GEmail *mail)
{
  const char *const *keywords = g_email_get_keywords (mail);
  char *flags = g_strnfill (G_N_ELEMENTS (letters), '-');

  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (g_strv_contains (keywords, letters[i].keyword) == letters[i].when_set)
      flags[i] = letters[i].letter;

  return flags;
}

char *
cli_mail_make_date (GDateTime *date)
{
  g_autoptr (GDateTime) local = date != NULL ? g_date_time_to_local (date) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

char *
cli_mail_make_addresses (GListModel *addresses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (addresses); i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);
      g_autofree char *name = cli_text_make_safe (g_email_address_get_name (address),
                                                  CLI_TEXT_LINE);
      g_autofree char *email = cli_text_make_safe (g_email_address_get_email (address),
                                                   CLI_TEXT_LINE);

      if (i > 0)
        g_string_append (text, ", ");
      if (*name != '\0')
        g_string_append_printf (text, "%s <%s>", name, email);
      else
        g_string_append (text, email);
    }

  return g_string_free (text, FALSE);
}

/* Of the first sender the name, else the address. */
static char *
make_sender (GEmail *mail)
{
  g_autoptr (GEmailAddress) first = g_list_model_get_item (g_email_get_from (mail), 0);
  const char *name = first != NULL ? g_email_address_get_name (first) : NULL;

  if (first != NULL && (name == NULL || *name == '\0'))
    name = g_email_address_get_email (first);

  return cli_text_make_safe (name, CLI_TEXT_LINE);
}

static void
print_columns (const char *id,
               const char *flags,
               const char *date,
               const char *sender,
               const char *subject,
               guint width)
{
  g_autofree char *sender_column = cli_text_fit (sender,
                                                 CLAMP (width / 4, SENDER_LEAST, SENDER_MOST));
  g_autofree char *start = g_strdup_printf ("%6s %s %s %s ", id, flags, date, sender_column);
  guint used = cli_text_get_width (start);
  g_autofree char *subject_column = cli_text_fit (subject,
                                                  MAX (SUBJECT_LEAST, (int) width - (int) used));

  g_strchomp (subject_column);
  cli_print ("%s%s%s%s\n", flags[0] == 'N' ? cli_print_bold () : "", start, subject_column,
             flags[0] == 'N' ? cli_print_plain () : "");
}

void
cli_mail_print_line (GEmail *mail)
{
  GDateTime *received = g_email_get_received_at (mail);
  g_autofree char *date = cli_mail_make_date (received != NULL ? received :
                                                                 g_email_get_send_at (mail));
  g_autofree char *flags = cli_mail_make_flags (mail);
  g_autofree char *sender = make_sender (mail);
  g_autofree char *subject = cli_text_make_safe (g_email_get_subject (mail), CLI_TEXT_LINE);
  const char *id = g_email_get_id (mail) != NULL ? g_email_get_id (mail) : "";
  guint width = cli_print_get_width ();

  if (width > 0)
    print_columns (id, flags, date, sender, subject, width);
  else
    cli_print ("%s\t%s\t%s\t%s\t%s\n", id, flags, date, sender, subject);
}

void
cli_mail_print_json (GEmail *mail)
{
  g_autoptr (JsonNode) node = g_email_to_json (mail);

  cli_print_json_node (node);
}
