/* Mails go from the box to the store.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/cli-fetcher.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/cli/cli-output.h"
#include "gimap4d/cli/cli-progress.h"

/* The facts of so many mails are asked for at a time. */
#define WINDOW 200

/* What is smaller comes in one go with others, what is larger as a stream: about so much is in memory. */
#define BULK_MAIL_SIZE (1024 * 1024)

/* A stream that broke is begun again so often. */
#define TRIES 3

#define PIECE 65536

typedef struct
{
  const CommandRun *run; /* unowned, as all of these */
  GImapTransporter *transporter;
  CliStore *store;
  CliFetchResult *result;
  CliProgress *progress;
  GImapMessageSet
      *none; /* owned: of the box, so that ids of a box that was made anew are refused */

  guint n_left;        /* mails of windows to come */
  guint64 n_sized;     /* mails whose size is known, */
  guint64 size_known;  /* and what they have together */
  GError *store_error; /* owned, nullable: why a mail could not be stored */
} Fetcher;

static gboolean
store_octets (Fetcher *fetcher, GEmail *mail, GBytes *octets, GError **error)
{
  CliStore *store = fetcher->store;
  guint uid = g_ascii_strtoull (g_email_get_id (mail), NULL, 10);
  gsize length;
  const char *data = g_bytes_get_data (octets, &length);

  if (!store->klass->begin (store, mail, uid, error) ||
      !store->klass->write (store, data, length, error) || !store->klass->end (store, error))
    return FALSE;
  fetcher->result->n_fetched++;
  fetcher->result->octets += length;
  cli_progress_add (fetcher->progress, length);

  return TRUE;
}

static gboolean
mail_cb (GEmail *mail, gpointer data)
{
  Fetcher *fetcher = data;
  g_autoptr (GBytes) octets = NULL;

  octets = g_email_to_mime (mail, G_IMAP_CHARSET_MODE_AUTOMATIC, G_IMAP_CHARSET_MODE_AUTOMATIC,
                            &fetcher->store_error);
  if (octets != NULL && store_octets (fetcher, mail, octets, &fetcher->store_error))
    return TRUE;
  fetcher->store->klass->abandon (fetcher->store);

  return FALSE;
}

/* The server's NO to some mails: what went wrong with the rest is none of it. */
static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_NO) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_BAD) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_NOT_FOUND);
}

static gboolean
take_refusal (Fetcher *fetcher, guint n_mails, GError *refusal, GError **error)
{
  if (!is_refusal (refusal))
    {
      g_propagate_error (error, refusal);
      return FALSE;
    }
  fetcher->result->n_refused += n_mails;
  cli_complain ("%s", refusal->message);
  g_error_free (refusal);

  return TRUE;
}

/* @ids: of mails that are small; NULL at the end. */
static gboolean
fetch_together (Fetcher *fetcher, GPtrArray *ids, GError **error)
{
  g_autoptr (GImapMessageSet) plain = NULL;
  g_autoptr (GImapMessageSet) set = NULL;
  guint n_before = fetcher->result->n_fetched;
  GError *refusal = NULL;

  if (ids->len == 0)
    return TRUE;
  g_ptr_array_add (ids, NULL);
  plain = g_imap_message_set_new ((const char *const *) ids->pdata, error);
  set = plain != NULL ? g_imap_message_set_unite (plain, fetcher->none, error) : NULL;
  if (set == NULL)
    return FALSE;
  g_imap_transporter_fetch_mails (fetcher->transporter, set, G_IMAP_FETCH_WITH_BODY, mail_cb,
                                  fetcher, fetcher->run->cancellable, &refusal);
  if (fetcher->store_error != NULL)
    {
      g_clear_error (&refusal);
      g_propagate_error (error, g_steal_pointer (&fetcher->store_error));
      return FALSE;
    }
  n_before = ids->len - 1 - (fetcher->result->n_fetched - n_before);
  g_ptr_array_set_size (ids, 0);

  return refusal == NULL || take_refusal (fetcher, n_before, refusal, error);
}

/* Octet by octet from the server to the disk. */
static gboolean
copy_stream (Fetcher *fetcher, GInputStream *stream, guint64 *out_octets, GError **error)
{
  g_autofree char *octets = g_malloc (PIECE);
  gssize length;

  while ((length = g_input_stream_read (stream, octets, PIECE, fetcher->run->cancellable, error)) >
         0)
    {
      if (!fetcher->store->klass->write (fetcher->store, octets, length, error))
        return FALSE;
      *out_octets += length;
      cli_progress_add (fetcher->progress, length);
    }

  return length == 0;
}

static gboolean
stream_once (Fetcher *fetcher, GEmail *mail, GError **error)
{
  CliStore *store = fetcher->store;
  guint uid = g_ascii_strtoull (g_email_get_id (mail), NULL, 10);
  g_autoptr (GInputStream) stream = g_imap_transporter_open_mime (
      fetcher->transporter, g_email_get_id (mail), FALSE, fetcher->run->cancellable, error);
  guint64 octets = 0;

  if (stream == NULL)
    return FALSE;
  if (store->klass->begin (store, mail, uid, error) &&
      copy_stream (fetcher, stream, &octets, error) && store->klass->end (store, error))
    {
      fetcher->result->n_fetched++;
      fetcher->result->octets += octets;
      return TRUE;
    }
  cli_progress_take_back (fetcher->progress, octets);
  store->klass->abandon (store);

  return FALSE;
}

static gboolean
is_worth_another_try (const GError *error)
{
  return g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_DISCONNECTED) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_BYE) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TIMEOUT_RESPONSE) ||
         g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_TLS_TRUNCATED);
}

static gboolean
fetch_alone (Fetcher *fetcher, GEmail *mail, GError **error)
{
  GError *problem = NULL;

  for (guint i = 0; i < TRIES; i++)
    {
      g_clear_error (&problem);
      if (stream_once (fetcher, mail, &problem))
        return TRUE;
      if (!is_worth_another_try (problem))
        break;
    }

  return take_refusal (fetcher, 1, problem, error);
}

/* As if the mails to come were as large as those whose size is known. */
static void
estimate (Fetcher *fetcher, GListModel *mails)
{
  for (guint i = 0; i < g_list_model_get_n_items (mails); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (mails, i);

      fetcher->n_sized++;
      fetcher->size_known += g_email_get_size (mail);
    }
  if (fetcher->n_sized > 0)
    cli_progress_set_total (fetcher->progress, fetcher->size_known + fetcher->size_known /
                                                                         fetcher->n_sized *
                                                                         fetcher->n_left);
}

/* In the order of the box, which an mbox keeps. */
static gboolean
fetch_mails (Fetcher *fetcher, GListModel *mails, GError **error)
{
  g_autoptr (GPtrArray) together = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (mails); i++)
    {
      g_autoptr (GEmail) mail = g_list_model_get_item (mails, i);

      if (g_email_get_size (mail) <= BULK_MAIL_SIZE)
        g_ptr_array_add (together, g_strdup (g_email_get_id (mail)));
      else if (!fetch_together (fetcher, together, error) || !fetch_alone (fetcher, mail, error))
        return FALSE;
    }

  return fetch_together (fetcher, together, error);
}

static gboolean
fetch_window (Fetcher *fetcher, GPtrArray *ids, GError **error)
{
  g_autoptr (GImapMessageSet) plain = NULL;
  g_autoptr (GImapMessageSet) set = NULL;
  g_autoptr (GImapMails) mails = NULL;
  guint n_ids = ids->len;

  g_ptr_array_add (ids, NULL);
  plain = g_imap_message_set_new ((const char *const *) ids->pdata, error);
  set = plain != NULL ? g_imap_message_set_unite (plain, fetcher->none, error) : NULL;
  if (set == NULL)
    return FALSE;
  mails = g_imap_transporter_get_mails (fetcher->transporter, set, G_IMAP_FETCH_SUMMARY,
                                        fetcher->run->cancellable, error);
  if (mails == NULL)
    return FALSE;
  fetcher->n_left -= n_ids;
  fetcher->result->n_refused += g_strv_length ((char **) g_imap_mails_get_failed (mails));
  estimate (fetcher, g_imap_mails_get_list (mails));

  return fetch_mails (fetcher, g_imap_mails_get_list (mails), error);
}

/* Those that the store does not have. */
static GArray *
choose (Fetcher *fetcher, GImapMessageSet *ids)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  guint size = g_imap_message_set_get_size (ids);

  for (guint i = 0; i < size; i++)
    {
      guint uid = g_imap_message_set_get_uid (ids, i);

      if (cli_state_has (fetcher->store->state, uid))
        fetcher->result->n_known++;
      else
        g_array_append_val (wanted, uid);
    }

  return wanted;
}

static gboolean
fetch_wanted (Fetcher *fetcher, GArray *wanted, GError **error)
{
  for (guint i = 0; i < wanted->len; i += WINDOW)
    {
      g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

      for (guint k = i; k < MIN (i + WINDOW, wanted->len); k++)
        g_ptr_array_add (ids, g_strdup_printf ("%u", g_array_index (wanted, guint, k)));
      if (!fetch_window (fetcher, ids, error))
        return FALSE;
    }

  return TRUE;
}

/* Whatever happened on the way: what is stored is known to be. */
static gboolean
finish (Fetcher *fetcher, gboolean is_done, GError **error)
{
  CliStore *store = fetcher->store;

  if (store->has_failed)
    return FALSE;
  if (!store->klass->flush (store, is_done ? error : NULL))
    return FALSE;
  if (is_done && fetcher->result->n_refused > 0)
    {
      g_set_error (error, CLI_ERROR, CLI_EXIT_FAILED,
                   gimap4d_ngettext ("the server did not give %u mail; run the command again to "
                                     "try once more",
                                     "the server did not give %u mails; run the command again to "
                                     "try once more",
                                     fetcher->result->n_refused),
                   fetcher->result->n_refused);
      return FALSE;
    }

  return is_done;
}

gboolean
cli_fetcher_run (const CommandRun *run,
                 GImapTransporter *transporter,
                 GImapMessageSet *ids,
                 CliStore *store,
                 CliFetchResult *result,
                 GError **error)
{
  g_autoptr (CliProgress) progress = cli_progress_new (_ ("Fetching"), 0);
  g_autoptr (GImapMessageSet) none = g_imap_message_set_subtract (ids, ids, error);
  g_autoptr (GArray) wanted = NULL;
  Fetcher fetcher = { run, transporter, store, result, progress, none };

  if (none == NULL)
    return FALSE;
  wanted = choose (&fetcher, ids);
  fetcher.n_left = wanted->len;

  return finish (&fetcher, fetch_wanted (&fetcher, wanted, error), error);
}
