/* What happens in the selected box, while a notifier is started: from responses to news, by id.
 *
 * The map of the box sees every response in the order in which it came, whoever takes it then.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-watch.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/command/imap-read-box.h"
#include "gimap4d/imap/grammar/imap-data.h"

static void
tell_created (gpointer data, guint32 uid)
{
  ImapSession *session = data;
  ImapWatch *watch = session->watch;

  watch->had_news = TRUE;
  watch->sink->created (watch->data, watch->box, watch->uid_validity, uid,
                        session->box != NULL ? session->box->exists : 0);
}

static void
tell_deleted (gpointer data, guint32 uid)
{
  ImapWatch *watch = ((ImapSession *) data)->watch;

  watch->had_news = TRUE;
  watch->sink->deleted (watch->data, watch->box, watch->uid_validity, uid);
}

static void
tell_flags (gpointer data, guint32 uid, const char *const *flags)
{
  ImapWatch *watch = ((ImapSession *) data)->watch;

  watch->had_news = TRUE;
  watch->sink->flags_modified (watch->data, watch->box, watch->uid_validity, uid, flags);
}

static const ImapMailMapEvents news = { tell_created, tell_deleted, tell_flags };

/* Takes no part of the error. */
void
imap_watch_tell (ImapSession *session, const GError *error)
{
  g_autoptr (GError)
      named = imap_session_name_place (session, _ ("watching the box"), g_error_copy (error));

  session->watch->sink->failed (session->watch->data, named, FALSE);
}

static void
forget_resync (ImapWatch *watch)
{
  g_clear_pointer (&watch->vanished, imap_uid_set_unref);
  g_clear_pointer (&watch->changes, g_array_unref);
}

static void
forget_box (ImapWatch *watch)
{
  g_clear_pointer (&watch->map, imap_mail_map_free);
  g_clear_pointer (&watch->box, g_free);
  watch->uid_validity = 0;
  watch->n_missing = 0;
  watch->is_stale = FALSE;
  watch->modseq = 0;
  watch->seen_modseq = 0;
  watch->next_modseq = 0;
}

/* A reader that is under way is not listened to any more. */
static void
dismiss_reader (ImapWatch *watch)
{
  if (watch->reader != NULL)
    watch->reader->is_complete = TRUE;
  watch->reader = NULL;
  watch->reading = IMAP_READING_NOTHING;
}

/* With the connection. What is known of the box is kept. */
void
imap_watch_lost (ImapSession *session)
{
  dismiss_reader (session->watch);
  forget_resync (session->watch);
}

void
imap_watch_end (ImapSession *session, const GError *error)
{
  ImapWatch *watch = session->watch;
  g_autoptr (GError) named = NULL;

  if (watch == NULL)
    return;

  if (error != NULL)
    named = imap_session_name_place (session, _ ("watching the box"), g_error_copy (error));
  imap_session_leave_idle (session);
  dismiss_reader (watch);
  session->watch = NULL;
  if (session->box != NULL)
    session->box->is_watched = FALSE;
  watch->sink->failed (watch->data, named, TRUE);

  imap_rest_end (watch);
  forget_resync (watch);
  forget_box (watch);
  watch->destroy (watch->data);
  g_free (watch);
}

/* The map contradicts the server. A server that goes on contradicting itself is not believed. */
static void
doubt (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  gint64 now = g_get_monotonic_time ();

  if (watch->is_stale)
    return;
  if (now - watch->rereads_since > IMAP_REREADS_WINDOW_MS * (gint64) 1000)
    {
      watch->rereads_since = now;
      watch->n_rereads = 0;
    }

  watch->n_rereads++;
  watch->is_stale = TRUE;
  watch->next_modseq = 0;
  imap_trace_note (session->trace, "What the server tells does not fit: the box is read again");
}

static void
see_expunge (ImapSession *session, guint32 number)
{
  ImapWatch *watch = session->watch;
  guint32 uid;

  /* No mail has this number: nothing happened (P13). */
  if (number == 0 || number > session->box->exists)
    return;
  if (watch->n_missing > 0)
    {
      doubt (session);
      return;
    }

  /* One that was never told of is only not read later. */
  uid = imap_mail_map_remove_number (watch->map, number);
  if (uid != 0)
    tell_deleted (session, uid);
}

static void
see_vanished (ImapSession *session, const ImapResponse *response, gboolean is_live)
{
  ImapWatch *watch = session->watch;
  g_autoptr (ImapUidSet) uids = imap_uid_set_new ();
  gboolean is_earlier = FALSE;

  if (!imap_data_parse_vanished (response, &is_earlier, uids, NULL))
    return;
  if (is_earlier && watch->vanished != NULL)
    {
      for (guint i = 0; i < imap_uid_set_get_n_ranges (uids) &&
                        imap_uid_set_get_n_ranges (watch->vanished) < IMAP_LIMIT_RANGES;
           i++)
        {
          ImapUidRange range = imap_uid_set_get_range (uids, i);

          imap_uid_set_add_range (watch->vanished, range.first, range.last);
        }
      return;
    }

  if (!is_earlier && is_live)
    imap_mail_map_remove_uids (watch->map, uids, &news, session);
}

static guint32
find_flags (ImapWatch *watch, const ImapFetch *fetch)
{
  g_auto (GStrv) flags = imap_fetch_dup_flags (fetch);

  return imap_flag_sets_find (imap_mail_map_get_sets (watch->map), (const char *const *) flags);
}

/* The mail that a FETCH tells of; 0 when it is not in the map, or cannot be known. */
static guint32
find_mail (ImapSession *session, const ImapFetch *fetch)
{
  ImapWatch *watch = session->watch;
  guint32 uid;

  if (fetch->number == 0 || fetch->number > session->box->exists)
    return 0;
  uid = imap_mail_map_get_uid (watch->map, fetch->number);
  if (fetch->uid == 0)
    return watch->n_missing == 0 ? uid : 0;
  /* Number and id are of different mails: one of them is a lie, or was missed. */
  if (uid != fetch->uid && watch->n_missing == 0 &&
      (uid != 0 || imap_mail_map_contains (watch->map, fetch->uid)))
    {
      doubt (session);
      return 0;
    }

  return imap_mail_map_contains (watch->map, fetch->uid) ? fetch->uid : 0;
}

static void
see_flags (ImapSession *session, const ImapFetch *fetch)
{
  ImapWatch *watch = session->watch;
  guint32 uid = find_mail (session, fetch);
  guint32 flags;

  if (watch->is_stale)
    return;
  flags = find_flags (watch, fetch);
  if (uid != 0)
    {
      const char *const *words = imap_flag_sets_get (imap_mail_map_get_sets (watch->map), flags);

      if (imap_mail_map_set_flags (watch->map, uid, flags) && words != NULL)
        tell_flags (session, uid, words);
    }
  /* A new one, when it is the next: between it and the last there is none. */
  else if (fetch->uid != 0 && watch->n_missing == 0 &&
           fetch->number == imap_mail_map_get_n_mails (watch->map) + 1 &&
           fetch->number <= session->box->exists && fetch->number <= IMAP_LIMIT_WATCHED_MAILS &&
           imap_mail_map_append (watch->map, fetch->uid, flags))
    {
      tell_created (session, fetch->uid);
    }
}

/* A part of what SELECT (QRESYNC …) was asked for. */
static void
see_change (ImapWatch *watch, const ImapFetch *fetch)
{
  ImapMailEntry entry = { fetch->number, fetch->uid, IMAP_FLAG_SET_UNKNOWN };

  if (fetch->uid == 0 || !fetch->has_flags || watch->changes->len >= IMAP_LIMIT_WATCHED_MAILS)
    return;
  entry.flags = find_flags (watch, fetch);
  g_array_append_val (watch->changes, entry);
}

static void
see_fetch (ImapSession *session, const ImapResponse *response)
{
  ImapWatch *watch = session->watch;
  g_auto (ImapFetch) fetch = { 0 };

  if (!imap_data_parse_fetch (response, &fetch, NULL))
    return;
  if (watch->changes != NULL)
    {
      see_change (watch, &fetch);
      return;
    }

  watch->seen_modseq = MAX (watch->seen_modseq, fetch.modseq);
  if (fetch.has_flags && watch->reading != IMAP_READING_ALL && session->box != NULL)
    see_flags (session, &fetch);
}

void
imap_watch_see (ImapSession *session, const ImapResponse *response)
{
  ImapWatch *watch = session->watch;
  gboolean is_live;

  if (watch == NULL || watch->map == NULL)
    return;

  is_live = session->box != NULL && watch->changes == NULL && watch->reading != IMAP_READING_ALL &&
            !watch->is_stale;
  switch ((int) response->type)
    {
    case IMAP_DATA_EXPUNGE:
      if (is_live)
        see_expunge (session, response->number);
      break;
    case IMAP_DATA_VANISHED:
      see_vanished (session, response, is_live);
      break;
    case IMAP_DATA_FETCH:
      see_fetch (session, response);
      break;
    default:
      break;
    }
}

/* A command has ended: what it let the server tell was told (RFC 7162, 3.1.1). */
void
imap_watch_see_tagged (ImapSession *session, const ImapResponse *response)
{
  ImapWatch *watch = session->watch;

  if (watch == NULL || watch->map == NULL)
    return;
  /* Refused, or not understood: what SELECT tells now is told to everybody. */
  if (watch->changes != NULL && response->condition != IMAP_CONDITION_OK)
    {
      session->is_qresync = FALSE;
      forget_resync (watch);
    }
  if (watch->changes != NULL || watch->is_stale || watch->reading != IMAP_READING_NOTHING ||
      response->condition != IMAP_CONDITION_OK)
    return;

  if (response->code == IMAP_CODE_HIGHESTMODSEQ)
    watch->seen_modseq = MAX (watch->seen_modseq, response->code_number);
  if (watch->modseq > 0)
    watch->modseq = MAX (watch->modseq, watch->seen_modseq);
}

static gint64
get_modseq (ImapSession *session)
{
  return MAX (session->box->highest_modseq, 0);
}

static void
adopt_box (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  g_free (watch->box);
  session->box->is_watched = TRUE;
  watch->box = g_strdup (session->box->name);
  watch->is_read_only = session->box->is_read_only;
  watch->uid_validity = session->box->uid_validity;
}

/* The map is what the box is now. Takes it. */
static void
replace_map (ImapSession *session, ImapMailMap *map, guint n_missing)
{
  ImapWatch *watch = session->watch;
  g_autoptr (ImapMailMap) before = g_steal_pointer (&watch->map);

  watch->map = map;
  watch->n_missing = n_missing;
  watch->is_stale = FALSE;
  watch->modseq = watch->next_modseq > 0 ? watch->next_modseq : get_modseq (session);
  watch->next_modseq = 0;
  watch->seen_modseq = 0;
  if (before != NULL)
    imap_mail_map_compare (before, map, &news, session);
  if (watch->is_lost)
    imap_trace_note (session->trace, "What happened meanwhile is told");
  watch->is_lost = FALSE;
}

/* SELECT has told all that changed, unless the numbers say otherwise. */
static gboolean
take_resync (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  ImapMailMap *map;

  if (watch->changes == NULL)
    return FALSE;
  map = imap_mail_map_new_changed (watch->map, NULL, watch->vanished, watch->changes);
  forget_resync (watch);
  if (get_modseq (session) == 0 || imap_mail_map_get_n_mails (map) != session->box->exists)
    {
      imap_mail_map_free (map);
      return FALSE;
    }

  watch->next_modseq = get_modseq (session);
  replace_map (session, map, 0);

  return TRUE;
}

/* 0 is what a server has not told. */
static gboolean
has_new_validity (ImapSession *session)
{
  guint32 before = session->watch->uid_validity;
  guint32 now = session->box->uid_validity;

  return before != 0 && now != 0 && before != now;
}

static void
tell_new_validity (ImapSession *session)
{
  g_autoptr (GError) error = imap_session_new_validity_error (session->watch->uid_validity,
                                                              session->box->uid_validity);

  imap_watch_tell (session, error);
}

/* The same box as before, after a while. */
static void
resync (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  guint64 modseq = get_modseq (session);

  if (has_new_validity (session))
    {
      tell_new_validity (session);
      forget_resync (watch);
      forget_box (watch);
      return;
    }
  if (take_resync (session))
    return;

  watch->is_stale = TRUE;
  watch->next_modseq = watch->modseq > 0 && modseq >= watch->modseq ? modseq : 0;
}

void
imap_watch_selected (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  if (watch == NULL)
    return;

  dismiss_reader (watch);
  if (session->box == NULL)
    {
      forget_resync (watch);
      /* One that could not be selected again may still be there. */
      if (session->reselecting == NULL)
        forget_box (watch);
      return;
    }

  watch->n_refusals = 0;
  if (watch->map != NULL && imap_box_name_is_same (watch->box, session->box->name))
    resync (session);
  else
    forget_box (watch);
  forget_resync (watch);
  adopt_box (session);
}

gboolean
imap_watch_begin_resync (ImapSession *session, guint32 *out_validity, guint64 *out_modseq)
{
  ImapWatch *watch = session->watch;

  if (watch == NULL)
    return FALSE;

  forget_resync (watch);
  if (!session->is_qresync || watch->map == NULL || watch->is_stale || watch->n_missing > 0 ||
      watch->modseq == 0 || watch->uid_validity == 0 || session->wanted_box == NULL ||
      !imap_box_name_is_same (watch->box, session->wanted_box))
    return FALSE;

  watch->vanished = imap_uid_set_new ();
  watch->changes = g_array_new (FALSE, FALSE, sizeof (ImapMailEntry));
  *out_validity = watch->uid_validity;
  *out_modseq = watch->modseq;

  return TRUE;
}

void
imap_watch_refused (ImapSession *session, const GError *error)
{
  ImapWatch *watch = session->watch;

  if (watch == NULL)
    return;
  /* Many servers do not say with a code that it is gone. */
  if (watch->box == NULL || g_error_matches (error, G_IMAP_ERROR, G_IMAP_ERROR_NONEXISTENT) ||
      ++watch->n_refusals >= IMAP_LIMIT_RESELECTS)
    {
      imap_watch_end (session, error);
      return;
    }

  /* It may be for a moment only, as while the server starts. */
  g_free (session->wanted_box);
  session->wanted_box = g_strdup (watch->box);
  session->wanted_read_only = watch->is_read_only;
  session->wanted_uid_validity = watch->uid_validity;
  if (watch->n_refusals == 1)
    imap_watch_tell (session, error);
  imap_rest_put_off_select (session);
}

/* What was read, or why it was not. Takes the map. */
static void
read_cb (gpointer operation, gpointer data, ImapMailMap *map, guint n_missing, const GError *error)
{
  ImapSession *session = data;
  ImapWatch *watch = session->watch;
  ImapReading reading = watch->reading;

  watch->reader = NULL;
  watch->reading = IMAP_READING_NOTHING;
  if (error != NULL)
    {
      imap_watch_end (session, error);
    }
  else if (reading == IMAP_READING_NEW)
    {
      /* One that is counted and not shown, or out of order: the whole box tells. */
      if (imap_mail_map_get_n_mails (watch->map) + watch->n_missing < session->box->exists)
        doubt (session);
    }
  else if (map == NULL)
    {
      watch->next_modseq = 0;
    }
  else
    {
      replace_map (session, map, n_missing);
    }
}

/* Which part of the box has to be read. */
static ImapReading
choose_reading (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  guint n_known;

  if (watch->map != NULL && has_new_validity (session))
    {
      tell_new_validity (session);
      forget_box (watch);
      adopt_box (session);
    }
  if (watch->map == NULL || watch->is_stale)
    return IMAP_READING_ALL;
  n_known = imap_mail_map_get_n_mails (watch->map) + watch->n_missing;
  if (n_known == session->box->exists)
    return IMAP_READING_NOTHING;
  if (n_known < session->box->exists && watch->n_missing == 0 &&
      imap_mail_map_get_last_uid (watch->map) < G_MAXUINT32)
    return IMAP_READING_NEW;

  if (n_known < session->box->exists)
    watch->is_stale = TRUE;
  else
    doubt (session);

  return IMAP_READING_ALL;
}

static void
start_reading (ImapSession *session, ImapReading reading)
{
  ImapWatch *watch = session->watch;
  ImapOperation *operation;

  if (reading == IMAP_READING_NEW)
    operation = imap_read_new_operation_new (imap_mail_map_get_last_uid (watch->map) + 1, read_cb,
                                             session);
  else if (watch->map != NULL && watch->next_modseq > 0 && watch->modseq > 0)
    operation = imap_read_changes_operation_new (watch->map, watch->modseq, read_cb, session);
  else
    operation = imap_read_box_operation_new (
        watch->map != NULL ? imap_mail_map_get_sets (watch->map) : NULL, read_cb, session, NULL);

  watch->is_hurried = TRUE;
  watch->reading = reading;
  watch->reader = operation;
  imap_session_start (session, operation);
}

/* With nobody else who wants the box, it is selected again for the notifier. */
static gboolean
select_again (ImapSession *session)
{
  ImapWatch *watch = session->watch;

  if (!g_queue_is_empty (&session->waiting) || session->wanted_box == NULL || watch->box == NULL ||
      g_get_monotonic_time () < watch->select_at)
    return FALSE;
  if (session->running->len == 0)
    imap_session_reselect (session);

  return TRUE;
}

gboolean
imap_watch_take_turn (ImapSession *session)
{
  ImapWatch *watch = session->watch;
  ImapReading reading;

  if (watch == NULL)
    return FALSE;
  if (watch->reading != IMAP_READING_NOTHING)
    return TRUE;
  if (session->box == NULL)
    return select_again (session);

  reading = choose_reading (session);
  if (reading == IMAP_READING_NOTHING)
    return FALSE;
  if (watch->n_rereads > IMAP_LIMIT_REREADS)
    {
      g_autoptr (GError) error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_PROTOCOL,
                                              _ ("what the server tells of the box does not fit "
                                                 "together"));

      imap_watch_end (session, error);
      return FALSE;
    }

  if (session->running->len > 0)
    {
      imap_session_leave_idle (session);
      return TRUE;
    }

  /* Of an empty box nothing is read: it may have ended, and then nothing brings us here again. */
  start_reading (session, reading);

  return imap_watch_take_turn (session);
}

/* Takes the data and the map. */
void
imap_watch_begin (ImapSession *session,
                  const ImapWatchSink *sink,
                  gpointer data,
                  GDestroyNotify destroy,
                  GNetworkMonitor *monitor,
                  ImapMailMap *map,
                  guint n_missing)
{
  ImapWatch *watch = g_new0 (ImapWatch, 1);

  imap_watch_end (session, NULL);
  watch->sink = sink;
  watch->data = data;
  watch->destroy = destroy;
  watch->monitor = g_object_ref (monitor);
  session->watch = watch;
  adopt_box (session);
  replace_map (session, map, n_missing);
  imap_rest_begin (session);
}
