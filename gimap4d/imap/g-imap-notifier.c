/* What happens in the selected box, as signals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/g-imap-notifier.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/imap-message-set-private.h"
#include "gimap4d/imap/imap-news.h"
#include "gimap4d/imap/imap-notifier-private.h"
#include "gimap4d/imap/imap-transporter-private.h"
#include "gimap4d/mail/email-keywords.h"

/**
 * SECTION:g-imap-notifier
 * @Title: GImapNotifier
 * @Short_description: what happens in the selected box, as signals
 *
 * #GImapNotifier tells what happens in the selected box of a transporter: new mails, mails that are
 * gone, flags that have changed, each by its unique id. A transporter has one, which is got with
 * g_imap_transporter_get_notifier() and does nothing until it is started.
 *
 * ## Other calls
 *
 * While it is started, every other call works as it does without, from any thread, and also from a
 * handler of its signals. While nobody calls, the server tells the news by itself (IDLE, RFC 2177); a
 * call leaves that and takes it up again by itself 200 ms later. When the server does not answer
 * within ten seconds that IDLE is left, the connection is given up and opened again, and the call is
 * served by the new one.
 *
 * IDLE is renewed every ten minutes; where a server was seen to drop it earlier, after four fifths
 * of the time that it held. A server without IDLE is asked with NOOP: 15 seconds after the last
 * call or news, then less and less often, down to every four minutes.
 *
 * The selected box is what is watched. After g_imap_transporter_select_box() it is the new one, with
 * what is in it then as the beginning; when no box is selected any more the notifier waits for the
 * next one. g_imap_transporter_close() stops it.
 *
 * Changes are told whoever made them, the calls of the same transporter included.
 *
 * ## After a lost connection
 *
 * A connection that is lost is opened again by itself: after a second at most, then less and less
 * often, down to every five minutes; not while #GNetworkMonitor says that there is no network, and
 * at once when it is back. The box is selected again, and what has happened meanwhile is told by the
 * same signals, exactly: it is asked for by QRESYNC or CONDSTORE (RFC 7162) where the server has them,
 * and found by comparing all ids and flags otherwise. #GImapNotifier::error tells the loss, once.
 *
 * When the box was made anew on the server meanwhile (its UIDVALIDITY is another one), the ids that were
 * told before do not count any more. #GImapNotifier::error tells that with
 * %G_IMAP_ERROR_UIDVALIDITY_CHANGED; nothing is said of the mails that were and those that are, and the
 * notifier goes on with the new box. What a program has kept of the box is to be read anew.
 *
 * What another try cannot heal, a login that is refused or a box that does not exist any more, or cannot
 * be selected five times in a row, ends it: #GImapNotifier::error is followed by a change of #GImapNotifier:is-started.
 *
 * ## Threads
 *
 * The signals, and the notifications of #GImapNotifier:is-started, arrive in the thread-default main
 * context of the thread that called g_imap_notifier_start(). News that wait there for the main loop
 * become fewer signals with more ids. None begins after g_imap_notifier_stop() has returned.
 * The notifier does not keep the transporter alive: it stops when that is destroyed.
 *
 * In Python `with transporter.notifier:` starts it and stops it at the end. Under asyncio that is `async
 * with`, and what is connected in a coroutine is called in the thread of its event loop.
 *
 * |[<!-- language="C" -->
 * static void
 * mail_created (GImapNotifier *notifier, GImapMessageSet *ids, guint mail_count, gpointer data)
 * {
 *   g_autofree char *text = g_imap_message_set_to_string (ids);
 *
 *   g_print ("new: %s, now %u mails\n", text, mail_count);
 * }
 *
 * GImapNotifier *notifier = g_imap_transporter_get_notifier (transporter);
 *
 * g_signal_connect (notifier, "mail-created", G_CALLBACK (mail_created), NULL);
 * if (!g_imap_notifier_start (notifier, NULL, &error))
 *   g_error ("%s", error->message);
 * ]|
 *
 * The class follows 4D's `IMAPNotifier`, whose functions are `start()` and `stop()`.
 */

/**
 * GImapNotifier:
 *
 * Tells what happens in the selected box.
 *
 * Since: 1.0
 */
struct _GImapNotifier
{
  GObject parent_instance;

  GWeakRef transporter;
  GMutex mutex;
  ImapNews *news; /* owned, nullable: it is stopped. Guarded by the mutex. */
};

G_DEFINE_FINAL_TYPE (GImapNotifier, g_imap_notifier, G_TYPE_OBJECT)

enum
{
  PROP_IS_STARTED = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  MAIL_CREATED,
  MAIL_DELETED,
  FLAGS_MODIFIED,
  ERROR,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
g_imap_notifier_init (GImapNotifier *self)
{
  g_weak_ref_init (&self->transporter, NULL);
  g_mutex_init (&self->mutex);
}

static void
g_imap_notifier_finalize (GObject *object)
{
  GImapNotifier *self = G_IMAP_NOTIFIER (object);

  if (self->news != NULL)
    imap_news_stop (self->news);
  g_clear_pointer (&self->news, imap_news_unref);
  g_weak_ref_clear (&self->transporter);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (g_imap_notifier_parent_class)->finalize (object);
}

static void
g_imap_notifier_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  switch (property_id)
    {
    case PROP_IS_STARTED:
      g_value_set_boolean (value, g_imap_notifier_get_is_started (G_IMAP_NOTIFIER (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
install_signals (GType type)
{
  /**
   * GImapNotifier::mail-created:
   * @self: the notifier
   * @ids: the unique ids of the new mails
   * @mail_count: how many mails the box has now
   *
   * There are new mails in the box. @ids remember their box, and can be given to the functions of
   * the transporter.
   *
   * 4D: `onMailCreated`.
   *
   * Since: 1.0
   */
  signals[MAIL_CREATED] = g_signal_new ("mail-created", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, G_TYPE_IMAP_MESSAGE_SET, G_TYPE_UINT);

  /**
   * GImapNotifier::mail-deleted:
   * @self: the notifier
   * @ids: the unique ids of the mails that are gone
   *
   * Mails are not in the box any more: they were expunged, or moved elsewhere.
   *
   * 4D: `onMailDeleted`.
   *
   * Since: 1.0
   */
  signals[MAIL_DELETED] = g_signal_new ("mail-deleted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_IMAP_MESSAGE_SET);

  /**
   * GImapNotifier::flags-modified:
   * @self: the notifier
   * @ids: the unique ids of the mails
   * @flags: (array zero-terminated=1): what each of them has now, as #GEmail:keywords has it:
   *   `$seen`, `$flagged` and so on, and custom keywords
   *
   * The flags of these mails have changed, and are these now.
   *
   * 4D: `onFlagsModified`.
   *
   * Since: 1.0
   */
  signals[FLAGS_MODIFIED] = g_signal_new ("flags-modified", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_IMAP_MESSAGE_SET,
                                          G_TYPE_STRV);

  /**
   * GImapNotifier::error:
   * @self: the notifier
   * @error: what is wrong
   *
   * The connection was lost, and is opened again by itself; or the box was made anew
   * (%G_IMAP_ERROR_UIDVALIDITY_CHANGED); or more news came than anybody took
   * (%G_IMAP_ERROR_TOO_MANY); or the notifier has ended: then #GImapNotifier:is-started is %FALSE.
   *
   * Since: 1.0
   */
  signals[ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_ERROR);
}

static void
g_imap_notifier_class_init (GImapNotifierClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = g_imap_notifier_finalize;
  object_class->get_property = g_imap_notifier_get_property;

  /**
   * GImapNotifier:is-started:
   *
   * Whether it tells what happens. 4D: `isStarted`.
   *
   * Since: 1.0
   */
  properties[PROP_IS_STARTED] = g_param_spec_boolean (
      "is-started", "Is started", "Whether it tells what happens", FALSE,
      G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

GImapNotifier *
imap_notifier_new (gpointer transporter)
{
  GImapNotifier *self = g_object_new (G_TYPE_IMAP_NOTIFIER, NULL);

  g_weak_ref_set (&self->transporter, transporter);

  return self;
}

static void
emit (GImapNotifier *self, const ImapNewsItem *item)
{
  g_autoptr (GImapMessageSet) ids = NULL;
  g_auto (GStrv) keywords = NULL;

  if (item->uids != NULL)
    ids = imap_message_set_new_for_box (item->uids, item->box, item->uid_validity);

  switch (item->kind)
    {
    case IMAP_NEWS_CREATED:
      g_signal_emit (self, signals[MAIL_CREATED], 0, ids, item->n_mails);
      break;
    case IMAP_NEWS_DELETED:
      g_signal_emit (self, signals[MAIL_DELETED], 0, ids);
      break;
    case IMAP_NEWS_FLAGS_MODIFIED:
      keywords = email_keywords_from_flags ((const char *const *) item->flags);
      g_signal_emit (self, signals[FLAGS_MODIFIED], 0, ids, keywords);
      break;
    case IMAP_NEWS_ERROR:
    case IMAP_NEWS_END:
    default:
      if (item->error != NULL)
        g_signal_emit (self, signals[ERROR], 0, item->error);
      if (item->kind == IMAP_NEWS_END)
        g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_STARTED]);
      break;
    }
}

/* In the context in which it was started. */
static void
emit_cb (GObject *object, const ImapNewsItem *item)
{
  emit (G_IMAP_NOTIFIER (object), item);
}

static gboolean
notify_cb (gpointer self)
{
  g_object_notify_by_pspec (self, properties[PROP_IS_STARTED]);

  return G_SOURCE_REMOVE;
}

static void
notify_in_context (GImapNotifier *self, ImapNews *news)
{
  g_main_context_invoke_full (imap_news_get_context (news), G_PRIORITY_DEFAULT, notify_cb,
                              g_object_ref (self), g_object_unref);
}

/* The transporter; NULL with an error when it is gone. */
static GImapTransporter *
ref_transporter (GImapNotifier *self, GError **error)
{
  GImapTransporter *transporter = g_weak_ref_get (&self->transporter);

  if (transporter == NULL)
    g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                 _ ("the transporter of this notifier does not exist any more"));

  return transporter;
}

/**
 * g_imap_notifier_get_is_started:
 * @self: a notifier
 *
 * Gets #GImapNotifier:is-started. May be called from any thread.
 *
 * Returns: whether it tells what happens
 *
 * Since: 1.0
 */
gboolean
g_imap_notifier_get_is_started (GImapNotifier *self)
{
  gboolean is_started;

  g_return_val_if_fail (G_IS_IMAP_NOTIFIER (self), FALSE);

  g_mutex_lock (&self->mutex);
  is_started = self->news != NULL && !imap_news_has_ended (self->news);
  g_mutex_unlock (&self->mutex);

  return is_started;
}

static gpointer
make_watch (ImapNews *news)
{
  return imap_session_new_watch_operation (&imap_news_sink, imap_news_ref (news),
                                           (GDestroyNotify) imap_news_unref);
}

/* Nobody listens to these news: the session is told, and nobody waits for that. */
static void
unwatch (GImapTransporter *transporter, ImapNews *news)
{
  imap_news_stop (news);
  imap_transporter_order (transporter, imap_session_new_unwatch_operation (news));
}

/* What a start came to. A call that was cancelled may have begun to watch all the same. */
static gboolean
end_start (GImapNotifier *self, GImapTransporter *transporter, ImapNews *news, gpointer result)
{
  g_autoptr (ImapNews) before = NULL;
  gboolean is_outdone;

  if (result == NULL)
    {
      unwatch (transporter, news);
      return FALSE;
    }

  g_mutex_lock (&self->mutex);
  /* Of two that start it at the same time the later one watches, whichever hears of it first. */
  is_outdone = self->news != NULL && imap_news_has_ended (news) &&
               !imap_news_has_ended (self->news);
  if (!is_outdone)
    {
      before = g_steal_pointer (&self->news);
      self->news = imap_news_ref (news);
    }
  g_mutex_unlock (&self->mutex);

  if (is_outdone)
    {
      imap_news_stop (news);
      return TRUE;
    }
  if (before != NULL)
    imap_news_stop (before);
  notify_in_context (self, news);

  return TRUE;
}

/**
 * g_imap_notifier_start:
 * @self: a notifier
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Begins to watch the selected box of the transporter, opening the connection when there is none.
 * The ids and flags of all mails are read first: what is there already is no news. A box may have
 * 4194304 mails.
 *
 * From now on the signals arrive in the thread-default main context of the calling thread. One that is
 * started already stays as it is.
 *
 * Fails with %G_IMAP_ERROR_NO_BOX_SELECTED when no box is selected, with
 * %G_IMAP_ERROR_TOO_MANY when there are too many mails in it, with
 * %G_IMAP_ERROR_INVALID_ARGUMENT when the transporter does not exist any more, and for the
 * causes that all calls have.
 *
 * 4D: `notifier.start()`.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_notifier_start (GImapNotifier *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (ImapNews) news = NULL;
  gpointer result;

  g_return_val_if_fail (G_IS_IMAP_NOTIFIER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_imap_notifier_get_is_started (self))
    return TRUE;
  transporter = ref_transporter (self, error);
  if (transporter == NULL)
    return FALSE;

  news = imap_news_new (self, emit_cb);
  result = imap_transporter_call (transporter, make_watch (news), cancellable, error);

  return end_start (self, transporter, news, result);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GImapTransporter *transporter = G_IMAP_TRANSPORTER (source);
  g_autoptr (GTask) task = user_data;
  GImapNotifier *self = g_task_get_source_object (task);
  GError *error = NULL;
  gpointer answer = imap_transporter_call_finish (transporter, result, g_imap_notifier_start_async,
                                                  &error);

  if (end_start (self, transporter, g_task_get_task_data (task), answer))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * g_imap_notifier_start_async:
 * @self: a notifier
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_notifier_start(). The callback runs in the thread-default main context
 * of the caller, and so do the signals.
 *
 * Since: 1.0
 */
void
g_imap_notifier_start_async (GImapNotifier *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  ImapNews *news;

  g_return_if_fail (G_IS_IMAP_NOTIFIER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, g_imap_notifier_start_async);
  /* The call knows by itself what a cancellation means. */
  g_task_set_check_cancellable (task, FALSE);
  if (g_imap_notifier_get_is_started (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  transporter = ref_transporter (self, &error);
  if (transporter == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  news = imap_news_new (self, emit_cb);
  g_task_set_task_data (task, news, (GDestroyNotify) imap_news_unref);
  imap_transporter_call_async (transporter, make_watch (news), NULL, g_imap_notifier_start_async,
                               cancellable, started_cb, g_steal_pointer (&task));
}

/**
 * g_imap_notifier_start_finish:
 * @self: a notifier
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_notifier_start_async(); see g_imap_notifier_start().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_notifier_start_finish (GImapNotifier *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, g_imap_notifier_start_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* From here on nothing is told. NULL when it was not started. */
static ImapNews *
fall_silent (GImapNotifier *self)
{
  ImapNews *news;

  g_mutex_lock (&self->mutex);
  news = g_steal_pointer (&self->news);
  g_mutex_unlock (&self->mutex);

  if (news == NULL)
    return NULL;
  imap_news_stop (news);
  notify_in_context (self, news);

  return news;
}

/**
 * g_imap_notifier_stop:
 * @self: a notifier
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Ends what g_imap_notifier_start() began, and waits until the server has answered that IDLE is
 * left. The connection stays open. Stopping one that is not started succeeds.
 *
 * It is stopped whatever this returns, and no signal begins afterwards: one that is being handled in another
 * thread at this moment may still be. An error says that the server could not be told.
 *
 * 4D: `notifier.stop()`.
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_notifier_stop (GImapNotifier *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (ImapNews) news = NULL;
  gboolean is_done;

  g_return_val_if_fail (G_IS_IMAP_NOTIFIER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  news = fall_silent (self);
  transporter = g_weak_ref_get (&self->transporter);
  if (news == NULL || transporter == NULL)
    return TRUE;

  is_done = imap_transporter_to_boolean (
      transporter, imap_transporter_call (transporter, imap_session_new_unwatch_operation (news),
                                          cancellable, error));
  if (!is_done)
    unwatch (transporter, news);

  return is_done;
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GImapTransporter *transporter = G_IMAP_TRANSPORTER (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (imap_transporter_call_finish (transporter, result, g_imap_notifier_stop_async, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  unwatch (transporter, g_task_get_task_data (task));
  g_task_return_error (task, error);
}

/**
 * g_imap_notifier_stop_async:
 * @self: a notifier
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (nullable): called when it is done
 * @user_data: data for @callback
 *
 * Asynchronous form of g_imap_notifier_stop(): no signal begins after this has returned. The
 * callback runs in the thread-default main context of the caller.
 *
 * Since: 1.0
 */
void
g_imap_notifier_stop_async (GImapNotifier *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GImapTransporter) transporter = NULL;
  g_autoptr (GTask) task = NULL;
  ImapNews *news;

  g_return_if_fail (G_IS_IMAP_NOTIFIER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, g_imap_notifier_stop_async);
  g_task_set_check_cancellable (task, FALSE);
  news = fall_silent (self);
  transporter = g_weak_ref_get (&self->transporter);
  if (news == NULL || transporter == NULL)
    {
      g_clear_pointer (&news, imap_news_unref);
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_task_set_task_data (task, news, (GDestroyNotify) imap_news_unref);
  imap_transporter_call_async (transporter, imap_session_new_unwatch_operation (news), NULL,
                               g_imap_notifier_stop_async, cancellable, stopped_cb,
                               g_steal_pointer (&task));
}

/**
 * g_imap_notifier_stop_finish:
 * @self: a notifier
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Ends g_imap_notifier_stop_async(); see g_imap_notifier_stop().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
g_imap_notifier_stop_finish (GImapNotifier *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, g_imap_notifier_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
