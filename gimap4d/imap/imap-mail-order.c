/* Mails put in order here, as a server would do it that can (RFC 5256).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-mail-order.h"

#include "gimap4d/imap/imap-base-subject.h"
#include "gimap4d/mail/email-date.h"
#include "gimap4d/mail/email-fields.h"
#include "gimap4d/mail/email-message-ids.h"

#include <string.h>

static void
facts_clear (gpointer data)
{
  ImapMailFacts *facts = data;

  g_free (facts->subject);
  for (guint i = 0; i < G_N_ELEMENTS (facts->texts); i++)
    g_free (facts->texts[i]);
  g_free (facts->message_id);
  g_strfreev (facts->references);
}

static gint64
take_seconds (GDateTime *date, gint64 otherwise)
{
  gint64 seconds = otherwise;

  if (date != NULL)
    {
      seconds = g_date_time_to_unix (date);
      g_date_time_unref (date);
    }

  return seconds;
}

/* The first address: what stands before the "@", and what people see. */
static void
take_address (ImapMailFacts *facts, GPtrArray *addresses, ImapSortKind mailbox, int display)
{
  const EmailAddressValue *first = addresses->len > 0 ? g_ptr_array_index (addresses, 0) : NULL;
  g_autofree char *local = NULL;
  const char *at;

  if (first == NULL)
    return;
  if (first->email != NULL)
    {
      at = strrchr (first->email, '@');
      local = at != NULL ? g_strndup (first->email, at - first->email) : g_strdup (first->email);
      facts->texts[mailbox] = imap_casemap (local);
    }
  if (display < 0)
    return;
  if (first->name != NULL && first->name[0] != '\0')
    facts->texts[display] = imap_casemap (first->name);
  else if (first->email != NULL)
    facts->texts[display] = imap_casemap (first->email);
}

/* References when it has any, else the first of In-Reply-To (RFC 5256, 3). */
static GStrv
read_references (EmailFields *fields)
{
  g_autofree char *references = email_fields_dup_structured (fields, "References");
  g_autofree char *reply = NULL;
  g_auto (GStrv) ids = email_message_ids_parse (references);
  g_auto (GStrv) replied = NULL;

  if (ids[0] != NULL)
    return g_steal_pointer (&ids);

  reply = email_fields_dup_structured (fields, "In-Reply-To");
  replied = email_message_ids_parse (reply);
  for (guint i = 1; replied[0] != NULL && replied[i] != NULL; i++)
    g_clear_pointer (&replied[i], g_free);

  return g_steal_pointer (&replied);
}

static void
read_facts (ImapMailFacts *facts, const ImapFetch *fetch)
{
  g_autoptr (EmailFields) fields = imap_fetch_read_fields (fetch);
  g_autoptr (EmailEnvelope) envelope = email_fields_dup_envelope (fields);
  g_autofree char *base = imap_base_subject (envelope->subject, &facts->is_answer);
  g_autofree char *id = email_fields_dup_structured (fields, "Message-ID");
  g_auto (GStrv) ids = email_message_ids_parse (id);

  facts->uid = fetch->uid;
  facts->size = fetch->size;
  facts->received = take_seconds (imap_fetch_dup_internal_date (fetch), 0);
  facts->sent = take_seconds (email_date_parse (envelope->date), facts->received);
  facts->subject = imap_casemap (base);
  take_address (facts, envelope->from, IMAP_SORT_FROM, IMAP_SORT_DISPLAY_FROM);
  take_address (facts, envelope->to, IMAP_SORT_TO, IMAP_SORT_DISPLAY_TO);
  take_address (facts, envelope->cc, IMAP_SORT_CC, -1);
  facts->message_id = g_strdup (ids[0]);
  facts->references = read_references (fields);
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ImapMailFacts *) a)->uid, right = ((const ImapMailFacts *) b)->uid;

  return (left > right) - (left < right);
}

GArray *
imap_mail_facts_new (GArray *fetches)
{
  GArray *facts = g_array_sized_new (FALSE, TRUE, sizeof (ImapMailFacts), fetches->len);

  g_array_set_clear_func (facts, facts_clear);
  g_array_set_size (facts, fetches->len);
  for (guint i = 0; i < fetches->len; i++)
    read_facts (&g_array_index (facts, ImapMailFacts, i), &g_array_index (fetches, ImapFetch, i));
  g_array_sort (facts, compare_uids);

  return facts;
}

static int
compare_numbers (gint64 a, gint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_texts (const char *a, const char *b)
{
  return strcmp (a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare_by (const ImapMailFacts *a, const ImapMailFacts *b, ImapSortKind kind)
{
  switch (kind)
    {
    case IMAP_SORT_ARRIVAL:
      return compare_numbers (a->received, b->received);
    case IMAP_SORT_DATE:
      return compare_numbers (a->sent, b->sent);
    case IMAP_SORT_SIZE:
      return compare_numbers (a->size, b->size);
    case IMAP_SORT_SUBJECT:
      return strcmp (a->subject, b->subject);
    case IMAP_SORT_CC:
    case IMAP_SORT_FROM:
    case IMAP_SORT_TO:
    case IMAP_SORT_DISPLAY_FROM:
    case IMAP_SORT_DISPLAY_TO:
    default:
      return compare_texts (a->texts[kind], b->texts[kind]);
    }
}

static int
compare_facts (gconstpointer a, gconstpointer b, gpointer data)
{
  const GArray *keys = data;

  for (guint i = 0; i < keys->len; i++)
    {
      const ImapSortKey *key = &g_array_index (keys, ImapSortKey, i);
      int order = compare_by (a, b, key->kind);

      if (order != 0)
        return key->is_reverse ? -order : order;
    }

  return compare_uids (a, b);
}

GArray *
imap_mail_order_sort (GArray *fetches, GArray *keys)
{
  g_autoptr (GArray) facts = imap_mail_facts_new (fetches);
  GArray *uids = g_array_sized_new (FALSE, FALSE, sizeof (guint32), facts->len);

  g_array_sort_with_data (facts, compare_facts, keys);
  for (guint i = 0; i < facts->len; i++)
    g_array_append_val (uids, g_array_index (facts, ImapMailFacts, i).uid);

  return uids;
}

ImapThreadTree *
imap_mail_order_thread (GArray *fetches, ImapThreadAlgorithm algorithm)
{
  g_autoptr (GArray) facts = imap_mail_facts_new (fetches);

  return algorithm == IMAP_THREAD_REFERENCES ? imap_mail_order_thread_references (facts) :
                                               imap_mail_order_thread_subjects (facts);
}
