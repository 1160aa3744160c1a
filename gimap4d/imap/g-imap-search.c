/* What to look for in a box.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-search.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-search-private.h"
#include "gimap4d/mail/email-keywords.h"

/**
 * SECTION:g-imap-search
 * @Title: GImapSearch
 * @Short_description: what to look for in a box
 *
 * A #GImapSearch says which mails are meant: by what stands in them, their keywords, size and
 * dates. It is the typed form of the criteria of g_imap_transporter_search_mails(), and what both
 * say is the same. It goes to g_imap_transporter_search(), g_imap_transporter_sort() and
 * g_imap_transporter_thread().
 *
 * Searches are put together with g_imap_search_both(), g_imap_search_either() and
 * g_imap_search_negate(); in Python also with `&`, `|` and `~`, or as keyword arguments. Nothing in
 * a text can get out of its place: texts are sent quoted or as literals, and what no server may be
 * sent, such as a line break, is an error when the search is used.
 *
 * Dates are exact. IMAP itself compares days, each in a zone of the server's or the sender's choice;
 * here a point in time is one: more is searched than was asked for, and what does not match is left
 * out by its date.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GDateTime) hour_ago = g_date_time_add_hours (now, -1);
 * g_autoptr (GImapSearch) recent = g_imap_search_new_since (hour_ago);
 * g_autoptr (GImapSearch) seen = g_imap_search_new_keyword ("$seen");
 * g_autoptr (GImapSearch) unseen = g_imap_search_negate (seen);
 * g_autoptr (GImapSearch) search = g_imap_search_both (recent, unseen);
 *
 * ids = g_imap_transporter_search (transporter, search, NULL, &error);
 * ]|
 *
 * |[<!-- language="Python" -->
 * search = GImap4D.ImapSearch(from_="smith", since=datetime(2024, 2, 1, 9, 30), seen=False)
 * ids = transporter.search(search | GImap4D.ImapSearch(keyword="$flagged"))
 * ]|
 *
 * Immutable; may be used from any thread.
 */

/**
 * GImapSearch:
 *
 * What to look for in a box.
 *
 * Since: 1.0
 */
struct _GImapSearch
{
  gatomicrefcount ref_count;
  ImapCriteria *criteria; /* owned */

  /* Of the ids in it. */
  char *box;            /* owned, nullable: any */
  guint32 uid_validity; /* 0 = any */
  gboolean is_torn;     /* they are of more than one box */
};

G_DEFINE_BOXED_TYPE (GImapSearch, g_imap_search, g_imap_search_ref, g_imap_search_unref)

GImapSearch *
imap_search_take (ImapCriteria *criteria)
{
  GImapSearch *self = g_new0 (GImapSearch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->criteria = criteria;

  return self;
}

static void
take_over_box (GImapSearch *self, const char *box, guint32 uid_validity)
{
  if (box == NULL)
    return;
  if (self->box != NULL && (g_strcmp0 (self->box, box) != 0 || self->uid_validity != uid_validity))
    self->is_torn = TRUE;
  g_free (self->box);
  self->box = g_strdup (box);
  self->uid_validity = uid_validity;
}

static void
take_over_boxes (GImapSearch *self, GImapSearch *part)
{
  self->is_torn = self->is_torn || part->is_torn;
  take_over_box (self, part->box, part->uid_validity);
}

ImapCriteria *
imap_search_get_criteria (GImapSearch *search)
{
  return search->criteria;
}

gboolean
imap_search_get_box (GImapSearch *search,
                     const char **out_box,
                     guint32 *out_uid_validity,
                     GError **error)
{
  if (search->is_torn)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                   _ ("the search has ids of more than one box"));
      return FALSE;
    }
  *out_box = search->box;
  *out_uid_validity = search->uid_validity;

  return TRUE;
}

/**
 * g_imap_search_parse: (constructor)
 * @criteria: criteria as IMAP has them, in UTF-8; an empty text is `ALL`
 * @error: return location for a #GError
 *
 * Makes a search of the text that g_imap_transporter_search_mails() takes (RFC 9051, 6.4.4). Its
 * dates are IMAP's days. Keys that this library does not know are sent as they stand.
 *
 * 4D: the criteria of `searchMails()`.
 *
 * Returns: (transfer full): the search, or %NULL with %G_IMAP_ERROR_INVALID_ARGUMENT when quotes or
 *   parentheses do not match, or a key is not followed by what it needs
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_parse (const char *criteria, GError **error)
{
  ImapCriteria *parsed;

  g_return_val_if_fail (criteria != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  parsed = imap_criteria_parse (criteria, error);

  return parsed != NULL ? imap_search_take (parsed) : NULL;
}

/**
 * g_imap_search_new_all: (constructor)
 *
 * Makes a search that finds all mails.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_all (void)
{
  return imap_search_take (imap_criteria_new_all ());
}

/**
 * g_imap_search_new_from: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in the sender (From). Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_from (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("FROM", text, NULL));
}

/**
 * g_imap_search_new_to: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in a recipient (To). Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_to (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("TO", text, NULL));
}

/**
 * g_imap_search_new_cc: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in a recipient of a copy (Cc). Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_cc (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("CC", text, NULL));
}

/**
 * g_imap_search_new_bcc: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in a hidden recipient (Bcc). Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_bcc (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("BCC", text, NULL));
}

/**
 * g_imap_search_new_subject: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in the subject. Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_subject (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("SUBJECT", text, NULL));
}

/**
 * g_imap_search_new_body: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in the body. Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_body (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("BODY", text, NULL));
}

/**
 * g_imap_search_new_text: (constructor)
 * @text: a text
 *
 * Makes a search for mails with a text in the header or the body. Servers compare without regard to upper and
 * lower case; some look for whole words only.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_text (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("TEXT", text, NULL));
}

/**
 * g_imap_search_new_header: (constructor)
 * @name: name of a header field, such as "List-Id"
 * @text: (nullable): a text in it; %NULL or an empty one for any
 *
 * Makes a search for mails with a header field, and with a text in it.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_header (const char *name, const char *text)
{
  g_return_val_if_fail (name != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("HEADER", name, text != NULL ? text : ""));
}

/**
 * g_imap_search_new_keyword: (constructor)
 * @keyword: `$seen`, `$draft`, `$flagged`, `$answered`, `$deleted`, or a custom one
 *
 * Makes a search for mails with a keyword. Those without it: g_imap_search_negate(). A keyword that
 * no mail can have is %G_IMAP_ERROR_INVALID_ARGUMENT when the search is used.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_keyword (const char *keyword)
{
  const char *const keywords[] = { keyword, NULL };
  g_auto (GStrv) flags = NULL;

  g_return_val_if_fail (keyword != NULL, NULL);

  flags = email_keywords_to_flags (keywords, NULL);

  return imap_search_take (imap_criteria_new_keyword (flags != NULL ? flags[0] : keyword));
}

/**
 * g_imap_search_new_larger: (constructor)
 * @size: a size in bytes
 *
 * Makes a search for mails that are larger than a size.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_larger (guint64 size)
{
  return imap_search_take (imap_criteria_new_number ("LARGER", size));
}

/**
 * g_imap_search_new_smaller: (constructor)
 * @size: a size in bytes
 *
 * Makes a search for mails that are smaller than a size.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_smaller (guint64 size)
{
  return imap_search_take (imap_criteria_new_number ("SMALLER", size));
}

/**
 * g_imap_search_new_ids: (constructor)
 * @ids: ids of mails
 *
 * Makes a search that finds those of some mails that are there. Ids that the library returned
 * are refused in another box, as everywhere.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_ids (GImapMessageSet *ids)
{
  GImapSearch *self;

  g_return_val_if_fail (ids != NULL, NULL);

  self = imap_search_take (imap_criteria_new_ids (imap_message_set_get_uids (ids)));
  take_over_box (self, imap_message_set_get_box (ids), imap_message_set_get_uid_validity (ids));

  return self;
}

/**
 * g_imap_search_new_gmail: (constructor)
 * @query: what one would type into Gmail, "has:attachment larger:5M"
 *
 * Makes a search in Gmail's own language (X-GM-RAW). Other servers fail with
 * %G_IMAP_ERROR_UNSUPPORTED.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_new_gmail (const char *query)
{
  g_return_val_if_fail (query != NULL, NULL);

  return imap_search_take (imap_criteria_new_key ("X-GM-RAW", query, NULL));
}

/**
 * g_imap_search_ref:
 * @self: a search
 *
 * Takes one more reference to a search.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_ref (GImapSearch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * g_imap_search_unref:
 * @self: (transfer full): a search
 *
 * Gives back a reference to a search, which is freed with the last one.
 *
 * Since: 1.0
 */
void
g_imap_search_unref (GImapSearch *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  imap_criteria_unref (self->criteria);
  g_free (self->box);
  g_free (self);
}

static GImapSearch *
join (ImapCriteriaKind kind, GImapSearch *left, GImapSearch *right)
{
  GImapSearch *joined = imap_search_take (
      imap_criteria_join (kind, left->criteria, right->criteria));

  take_over_boxes (joined, left);
  take_over_boxes (joined, right);

  return joined;
}

/**
 * g_imap_search_both:
 * @self: a search
 * @other: another one
 *
 * Makes a search for mails that two searches find both. Searches that were put together in more
 * than 64 levels are refused when they are used; a chain of any length is one level.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_both (GImapSearch *self, GImapSearch *other)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (other != NULL, NULL);

  return join (IMAP_CRITERIA_ALL_OF, self, other);
}

/**
 * g_imap_search_either:
 * @self: a search
 * @other: another one
 *
 * Makes a search for mails that one of two searches finds, or both.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_either (GImapSearch *self, GImapSearch *other)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (other != NULL, NULL);

  return join (IMAP_CRITERIA_ANY_OF, self, other);
}

/**
 * g_imap_search_negate:
 * @self: a search
 *
 * Makes a search for mails that a search does not find.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_negate (GImapSearch *self)
{
  GImapSearch *negated;

  g_return_val_if_fail (self != NULL, NULL);

  negated = imap_search_take (imap_criteria_negate (self->criteria));
  take_over_boxes (negated, self);

  return negated;
}

/**
 * g_imap_search_make_fuzzy:
 * @self: a search
 *
 * Makes a search that finds what is nearly so, too, where the server can do that (RFC 6203);
 * elsewhere it finds the same as before.
 *
 * Returns: (transfer full): the search
 *
 * Since: 1.0
 */
GImapSearch *
g_imap_search_make_fuzzy (GImapSearch *self)
{
  GImapSearch *fuzzy;

  g_return_val_if_fail (self != NULL, NULL);

  fuzzy = imap_search_take (imap_criteria_make_fuzzy (self->criteria));
  take_over_boxes (fuzzy, self);

  return fuzzy;
}

/**
 * g_imap_search_to_string:
 * @self: a search
 *
 * A search as people read it: IMAP's criteria, but for points in time, which IMAP cannot say and
 * which stand there in ISO 8601.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
g_imap_search_to_string (GImapSearch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return imap_criteria_to_string (self->criteria);
}
