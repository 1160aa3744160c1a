/* gimap4d search: mails of a box that have something.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-date.h"
#include "gimap4d/cli/cli-listing.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/command.h"

#define USUAL_LIMIT 1000

static char *texts[6]; /* nullable; by the order of makers */
static char *since, *before, *larger, *smaller;
static gboolean is_unseen, is_seen, is_flagged, is_answered;
static gboolean is_ids_only, is_count_only;
static int limit = USUAL_LIMIT;
static char *order;

static GImapSearch *(*const makers[]) (const char *text) = {
  g_imap_search_new_from,    g_imap_search_new_to,   g_imap_search_new_cc,
  g_imap_search_new_subject, g_imap_search_new_body, g_imap_search_new_text,
};
G_STATIC_ASSERT (G_N_ELEMENTS (makers) == G_N_ELEMENTS (texts));

static const GOptionEntry entries[] = {
  { "from", 0, 0, G_OPTION_ARG_STRING, &texts[0], N_ ("The sender has TEXT"), N_ ("TEXT") },
  { "to", 0, 0, G_OPTION_ARG_STRING, &texts[1], N_ ("A recipient has TEXT"), N_ ("TEXT") },
  { "cc", 0, 0, G_OPTION_ARG_STRING, &texts[2], N_ ("Who gets a copy has TEXT"), N_ ("TEXT") },
  { "subject", 0, 0, G_OPTION_ARG_STRING, &texts[3], N_ ("The subject has TEXT"), N_ ("TEXT") },
  { "body", 0, 0, G_OPTION_ARG_STRING, &texts[4], N_ ("The body has TEXT"), N_ ("TEXT") },
  { "text", 0, 0, G_OPTION_ARG_STRING, &texts[5], N_ ("Header or body have TEXT"), N_ ("TEXT") },
  { "since", 0, 0, G_OPTION_ARG_STRING, &since,
    N_ ("Received on or after DATE: 2024-12-31, or 2024-12-31T18:00"), N_ ("DATE") },
  { "before", 0, 0, G_OPTION_ARG_STRING, &before, N_ ("Received before DATE"), N_ ("DATE") },
  { "larger", 0, 0, G_OPTION_ARG_STRING, &larger, N_ ("Larger than SIZE: 500k, 2M"), N_ ("SIZE") },
  { "smaller", 0, 0, G_OPTION_ARG_STRING, &smaller, N_ ("Smaller than SIZE"), N_ ("SIZE") },
  { "unseen", 0, 0, G_OPTION_ARG_NONE, &is_unseen, N_ ("Not read yet"), NULL },
  { "seen", 0, 0, G_OPTION_ARG_NONE, &is_seen, N_ ("Read"), NULL },
  { "flagged", 0, 0, G_OPTION_ARG_NONE, &is_flagged, N_ ("Flagged"), NULL },
  { "answered", 0, 0, G_OPTION_ARG_NONE, &is_answered, N_ ("Answered"), NULL },
  { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_ ("List the last so many (default: 1000)"),
    N_ ("NUMBER") },
  { "sort", 's', 0, G_OPTION_ARG_STRING, &order,
    N_ ("List the first ones in this order instead: see “gimap4d list --help”"), N_ ("ORDER") },
  { "ids", 0, 0, G_OPTION_ARG_NONE, &is_ids_only, N_ ("Print ids only, one a line"), NULL },
  { "count", 0, 0, G_OPTION_ARG_NONE, &is_count_only, N_ ("Print how many there are"), NULL },
  { NULL },
};

/* Takes both. @search is nullable. */
static GImapSearch *
join (GImapSearch *search, GImapSearch *other)
{
  GImapSearch *joined;

  if (search == NULL)
    return other;
  joined = g_imap_search_both (search, other);
  g_imap_search_unref (search);
  g_imap_search_unref (other);

  return joined;
}

static gboolean
parse_size (const char *text, guint64 *out_size, GError **error)
{
  g_autofree char *digits = g_strndup (text, strspn (text, "0123456789"));
  const char *unit = text + strlen (digits);
  guint shift = g_ascii_strcasecmp (unit, "k") == 0 ? 10 :
                g_ascii_strcasecmp (unit, "m") == 0 ? 20 :
                g_ascii_strcasecmp (unit, "g") == 0 ? 30 :
                                                      0;
  guint64 number;

  if ((*unit != '\0' && shift == 0) ||
      !g_ascii_string_to_unsigned (digits, 10, 0, (guint64) G_MAXINT64 >> shift, &number, NULL))
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_USAGE,
                   _ ("“%s” is no size; write it as 1000, 500k, 2M or 1G"), text);
      return FALSE;
    }
  *out_size = number << shift;

  return TRUE;
}

static gboolean
add_date (GImapSearch **search,
          const char *text,
          GImapSearch *(*make) (GDateTime *date),
          GError **error)
{
  g_autoptr (GDateTime) date = NULL;

  if (text == NULL)
    return TRUE;
  date = cli_date_parse (text, error);
  if (date == NULL)
    return FALSE;
  *search = join (*search, make (date));

  return TRUE;
}

static gboolean
add_size (GImapSearch **search,
          const char *text,
          GImapSearch *(*make) (guint64 size),
          GError **error)
{
  guint64 size;

  if (text == NULL)
    return TRUE;
  if (!parse_size (text, &size, error))
    return FALSE;
  *search = join (*search, make (size));

  return TRUE;
}

static void
add_keyword (GImapSearch **search, gboolean is_wanted, const char *keyword, gboolean is_set)
{
  GImapSearch *with;

  if (!is_wanted)
    return;
  with = g_imap_search_new_keyword (keyword);
  if (!is_set)
    {
      GImapSearch *without = g_imap_search_negate (with);

      g_imap_search_unref (with);
      with = without;
    }
  *search = join (*search, with);
}

/* All that the options and the words say, at once; NULL with an error. */
static GImapSearch *
make_search (const CommandRun *run, GError **error)
{
  GImapSearch *search = NULL;
  g_autofree char *criteria = g_strjoinv (" ", (char **) run->words);

  if (*criteria != '\0')
    {
      search = g_imap_search_parse (criteria, error);
      if (search == NULL)
        return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL)
      search = join (search, makers[i](texts[i]));
  add_keyword (&search, is_unseen, "$seen", FALSE);
  add_keyword (&search, is_seen, "$seen", TRUE);
  add_keyword (&search, is_flagged, "$flagged", TRUE);
  add_keyword (&search, is_answered, "$answered", TRUE);
  if (!add_date (&search, since, g_imap_search_new_since, error) ||
      !add_date (&search, before, g_imap_search_new_before, error) ||
      !add_size (&search, larger, g_imap_search_new_larger, error) ||
      !add_size (&search, smaller, g_imap_search_new_smaller, error))
    {
      g_clear_pointer (&search, g_imap_search_unref);
      return NULL;
    }

  return search != NULL ? search : g_imap_search_new_all ();
}

static void
print_ids (const CommandRun *run, GImapMessageSet *ids)
{
  guint size = g_imap_message_set_get_size (ids);

  for (guint i = size > (guint) limit ? size - limit : 0; i < size; i++)
    {
      g_autofree char *id = g_imap_message_set_get_id (ids, i);

      if (run->is_json)
        cli_print ("\"%s\"\n", id);
      else
        cli_print ("%s\n", id);
    }
}

static GImapMessageSet *
take_last (GImapMessageSet *ids, GError **error)
{
  guint size = g_imap_message_set_get_size (ids);
  g_autoptr (GPtrArray) last = g_ptr_array_new_with_free_func (g_free);

  if (size <= (guint) limit)
    return g_imap_message_set_ref (ids);
  for (guint i = size - limit; i < size; i++)
    g_ptr_array_add (last, g_imap_message_set_get_id (ids, i));
  g_ptr_array_add (last, NULL);

  return g_imap_message_set_new ((const char *const *) last->pdata, error);
}

static gboolean
print_found (const CommandRun *run,
             GImapTransporter *transporter,
             GImapSearch *search,
             GError **error)
{
  g_autoptr (GImapMessageSet) last = NULL;
  g_autoptr (GImapMessageSet) ids = NULL;

  ids = g_imap_transporter_search (transporter, search, run->cancellable, error);
  if (ids == NULL)
    return FALSE;
  if (is_count_only)
    cli_print ("%u\n", g_imap_message_set_get_size (ids));
  else if (is_ids_only)
    print_ids (run, ids);
  else
    {
      last = take_last (ids, error);
      return last != NULL && cli_listing_print_set (run, transporter, last, error);
    }

  return TRUE;
}

static gboolean
run_search (const CommandRun *run, GError **error)
{
  g_autoptr (GImapSearch) search = NULL;
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GImapBoxInfo) box = NULL;

  if (!cli_listing_check_limit (limit, error))
    return FALSE;
  search = make_search (run, error);
  if (search == NULL)
    return FALSE;
  box = command_open_box (run, G_IMAP_BOX_STATE_READ_ONLY, &transporter, error);
  if (box == NULL)
    return FALSE;
  if (order != NULL && !is_count_only && !is_ids_only)
    return cli_listing_print_sorted (run, transporter, order, search, limit, error);

  return print_found (run, transporter, search, error);
}

const Command command_search = {
  .name = "search",
  .words = N_ ("[CRITERIA…]"),
  .summary = N_ ("List the mails of a box that have something"),
  .examples =
      "gimap4d search imaps://ada@imap.example.org/ --unseen --from bob --since 2024-01-01\n"
      "  gimap4d search imaps://ada@imap.example.org/ 'OR SUBJECT bill SUBJECT invoice'\n"
      "  gimap4d search imaps://ada@imap.example.org/ --larger 5M --count",
  .n_words = G_MAXUINT - 1,
  .entries = entries,
  .run = run_search,
};
