/* One public call on its way to the I/O thread and back, in its synchronous or its asynchronous form.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-call.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/session/imap-io-thread.h"

/* So many mails that are handed out do not wait for the end of a turn of the I/O thread. */
#define HANDED_TOGETHER 64

/* What a main loop may spend on what a call hands out before its other work gets its turn. */
#define TURN_US 5000

typedef struct
{
  ImapCallFunc func;
  gpointer data;
  GDestroyNotify destroy;
  gboolean can_wait; /* for what is more urgent in the caller's context */
} Question;

struct _ImapCall
{
  gatomicrefcount ref_count;

  GObject *object;           /* unowned; the task owns it in the async form */
  GCancellable *cancellable; /* owned, nullable */
  gulong cancelled_id;
  GTask *task;           /* owned; NULL in the sync form. Taken by the source that returns it. */
  GMainContext *context; /* owned; of the task */

  ImapCallFunc abandoned;
  gpointer abandoned_data;

  GMutex mutex;
  GCond cond; /* the sync form waits here */

  GQueue
      taken; /* of Question, owned: what the caller's thread is answering; of that thread alone */

  /* Guarded by the mutex. */
  GQueue questions;     /* of Question, owned: those that the caller's thread has not taken */
  gboolean is_waking;   /* at the end of this turn of the I/O thread */
  gboolean is_sleeping; /* the caller's thread, in the sync form */
  gboolean is_finished;
  gint is_cancelled; /* atomic, too: read without the mutex between two questions */
  GSource *source;   /* owned, nullable: on its way to the caller's context */
  gpointer result;
  GDestroyNotify destroy;
  GError *error;
  GError *cancelled_error;
};

/* The questions that this thread is answering right now, the innermost first: they live on its stack. */
typedef struct _Answering Answering;

struct _Answering
{
  gpointer object;
  Answering *outer;
};

static GPrivate answering = G_PRIVATE_INIT (NULL);

static ImapCall *
call_new (gpointer object, GCancellable *cancellable)
{
  ImapCall *call = g_new0 (ImapCall, 1);

  g_atomic_ref_count_init (&call->ref_count);
  g_mutex_init (&call->mutex);
  g_cond_init (&call->cond);
  g_queue_init (&call->taken);
  g_queue_init (&call->questions);
  call->object = object;
  call->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;

  return call;
}

ImapCall *
imap_call_new_sync (gpointer object, GCancellable *cancellable)
{
  return call_new (object, cancellable);
}

ImapCall *
imap_call_new_async (GTask *task)
{
  ImapCall *call = call_new (g_task_get_source_object (task), g_task_get_cancellable (task));

  call->task = g_object_ref (task);
  call->context = g_main_context_ref (g_task_get_context (task));
  /* The call knows by itself what a cancellation means. */
  g_task_set_check_cancellable (task, FALSE);

  return call;
}

ImapCall *
imap_call_ref (ImapCall *call)
{
  g_atomic_ref_count_inc (&call->ref_count);

  return call;
}

static void
question_free (Question *question)
{
  if (question->destroy != NULL)
    question->destroy (question->data);
  g_free (question);
}

void
imap_call_unref (ImapCall *call)
{
  if (!g_atomic_ref_count_dec (&call->ref_count))
    return;

  g_assert (call->task == NULL);
  g_clear_pointer (&call->source, g_source_unref);
  g_queue_clear_full (&call->taken, (GDestroyNotify) question_free);
  g_queue_clear_full (&call->questions, (GDestroyNotify) question_free);
  if (call->result != NULL && call->destroy != NULL)
    call->destroy (call->result);
  g_clear_error (&call->error);
  g_clear_error (&call->cancelled_error);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->context, g_main_context_unref);
  g_cond_clear (&call->cond);
  g_mutex_clear (&call->mutex);
  g_free (call);
}

void
imap_call_set_abandoned_func (ImapCall *call, ImapCallFunc func, gpointer data)
{
  call->abandoned = func;
  call->abandoned_data = data;
}

gboolean
imap_call_is_answering (gpointer object)
{
  for (Answering *inner = g_private_get (&answering); inner != NULL; inner = inner->outer)
    if (inner->object == object)
      return TRUE;

  return FALSE;
}

void
imap_call_run_answering (gpointer object, void (*func) (gpointer data), gpointer data)
{
  Answering now = { object, g_private_get (&answering) };

  g_private_set (&answering, &now);
  func (data);
  g_private_set (&answering, now.outer);
}

static void
answer (ImapCall *call, Question *question)
{
  Answering now = { call->object, g_private_get (&answering) };

  g_private_set (&answering, &now);
  question->func (call->object, question->data);
  g_private_set (&answering, now.outer);
  question_free (question);
}

/* With the mutex held. */
static void
put_back (ImapCall *call)
{
  Question *question;

  while ((question = g_queue_pop_tail (&call->taken)) != NULL)
    g_queue_push_head (&call->questions, question);
}

/* Runs what was asked so far, as long as nobody cancels and there is time. Called with the mutex, in
 * the caller's thread; gives it up meanwhile. All are taken together: who takes each alone meets the I/O
 * thread at the mutex for each. One that runs the main loop may come here again, and gets what is left. */
static void
answer_questions (ImapCall *call, gint64 until)
{
  gboolean has_time = TRUE;

  put_back (call);
  while (!call->is_cancelled && has_time && !g_queue_is_empty (&call->questions))
    {
      Question *question;

      call->taken = call->questions;
      g_queue_init (&call->questions);
      g_mutex_unlock (&call->mutex);
      while (!g_atomic_int_get (&call->is_cancelled) && has_time &&
             (question = g_queue_pop_head (&call->taken)) != NULL)
        {
          answer (call, question);
          has_time = until == G_MAXINT64 || g_get_monotonic_time () < until;
        }
      g_mutex_lock (&call->mutex);
      put_back (call);
    }
}

/* With the mutex held. The result is there, and all that had to be handed out before it was. */
static gboolean
has_ended (ImapCall *call)
{
  return call->is_finished && g_queue_is_empty (&call->questions);
}

/* With the mutex held. What a call that was cancelled before its result came ends with. */
static void
finish_cancelled (ImapCall *call)
{
  /* A result is none when not all was handed out that belongs to it. */
  if (call->result != NULL && call->destroy != NULL)
    call->destroy (call->result);
  call->result = NULL;
  g_clear_error (&call->error);

  call->is_finished = TRUE;
  if (call->cancelled_error != NULL)
    call->error = g_steal_pointer (&call->cancelled_error);
  else
    call->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                       _ ("The call was cancelled"));
}

static void wake_caller (ImapCall *call);

static gboolean
caller_cb (gpointer user_data)
{
  ImapCall *call = user_data;
  g_autoptr (GTask) task = NULL;
  gboolean was_abandoned = FALSE;
  gulong cancelled_id = 0;

  g_mutex_lock (&call->mutex);
  /* Another one may have taken its place when this one was on its way already. */
  if (call->source == g_main_current_source ())
    g_clear_pointer (&call->source, g_source_unref);
  if (call->task == NULL)
    {
      g_mutex_unlock (&call->mutex);
      return G_SOURCE_REMOVE;
    }
  answer_questions (call, g_get_monotonic_time () + TURN_US);
  if (call->is_cancelled && !has_ended (call))
    {
      finish_cancelled (call);
      was_abandoned = TRUE;
    }
  if (was_abandoned || has_ended (call))
    {
      task = g_steal_pointer (&call->task);
      cancelled_id = call->cancelled_id;
    }
  else if (!g_queue_is_empty (&call->questions))
    {
      wake_caller (call);
    }
  g_mutex_unlock (&call->mutex);

  if (was_abandoned && call->abandoned != NULL)
    call->abandoned (call->object, call->abandoned_data);
  if (task == NULL)
    return G_SOURCE_REMOVE;

  /* Never while a lock is held that the cancelled handler takes. */
  g_cancellable_disconnect (call->cancellable, cancelled_id);
  if (call->error != NULL)
    g_task_return_error (task, g_steal_pointer (&call->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&call->result), call->destroy);

  return G_SOURCE_REMOVE;
}

/* With the mutex held. A window is drawn and a key answered before a mail is handed out. */
static int
get_priority (ImapCall *call)
{
  Question *next = g_queue_peek_head (&call->questions);
  int priority = g_task_get_priority (call->task);

  return next != NULL && next->can_wait && !call->is_cancelled ?
             MAX (priority, G_PRIORITY_DEFAULT_IDLE) :
             priority;
}

/* With the mutex held: brings the caller's thread to look at the call. */
static void
wake_caller (ImapCall *call)
{
  if (call->context == NULL)
    {
      /* To signal costs a system call also when nobody waits. */
      if (call->is_sleeping)
        g_cond_signal (&call->cond);
      call->is_sleeping = FALSE;
      return;
    }
  if (call->task == NULL)
    return;
  /* Another source, not another priority: that one must not be set while the thread of the context may
   * be going through its sources (GLib 2.74 frees the list that it stands at). */
  if (call->source != NULL)
    {
      if (g_source_get_priority (call->source) <= get_priority (call))
        return;
      g_source_destroy (call->source);
      g_clear_pointer (&call->source, g_source_unref);
    }

  call->source = g_idle_source_new ();
  g_source_set_priority (call->source, get_priority (call));
  g_source_set_static_name (call->source, "gimap4d call");
  g_source_set_callback (call->source, caller_cb, imap_call_ref (call),
                         (GDestroyNotify) imap_call_unref);
  g_source_attach (call->source, call->context);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  ImapCall *call = user_data;

  g_mutex_lock (&call->mutex);
  g_atomic_int_set (&call->is_cancelled, TRUE);
  wake_caller (call);
  g_mutex_unlock (&call->mutex);
}

void
imap_call_start (ImapCall *call)
{
  gulong cancelled_id;
  gboolean has_returned;

  g_assert (call->task != NULL);

  if (call->cancellable == NULL)
    return;

  /* The context may be another thread's, which may have handed the result out before this returns. */
  cancelled_id = g_cancellable_connect (call->cancellable, G_CALLBACK (cancelled_cb),
                                        imap_call_ref (call), (GDestroyNotify) imap_call_unref);
  g_mutex_lock (&call->mutex);
  has_returned = call->task == NULL;
  call->cancelled_id = cancelled_id;
  g_mutex_unlock (&call->mutex);

  if (has_returned)
    g_cancellable_disconnect (call->cancellable, cancelled_id);
}

gpointer
imap_call_wait (ImapCall *call, GError **error)
{
  gboolean was_abandoned = FALSE;
  gulong cancelled_id = 0;

  g_assert (call->context == NULL);

  if (call->cancellable != NULL)
    cancelled_id = g_cancellable_connect (call->cancellable, G_CALLBACK (cancelled_cb), call, NULL);

  g_mutex_lock (&call->mutex);
  for (;;)
    {
      answer_questions (call, G_MAXINT64);
      if (has_ended (call))
        break;
      if (call->is_cancelled)
        {
          finish_cancelled (call);
          was_abandoned = TRUE;
          break;
        }
      call->is_sleeping = TRUE;
      g_cond_wait (&call->cond, &call->mutex);
      call->is_sleeping = FALSE;
    }
  g_mutex_unlock (&call->mutex);

  g_cancellable_disconnect (call->cancellable, cancelled_id);
  if (was_abandoned && call->abandoned != NULL)
    call->abandoned (call->object, call->abandoned_data);

  if (call->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&call->error));
      return NULL;
    }

  return g_steal_pointer (&call->result);
}

static gboolean
finish (ImapCall *call, gpointer result, GDestroyNotify destroy, GError *error)
{
  g_mutex_lock (&call->mutex);
  if (call->is_finished)
    {
      g_mutex_unlock (&call->mutex);
      return FALSE;
    }
  call->is_finished = TRUE;
  call->result = result;
  call->destroy = destroy;
  call->error = error;
  wake_caller (call);
  g_mutex_unlock (&call->mutex);

  return TRUE;
}

void
imap_call_return (ImapCall *call, gpointer result, GDestroyNotify destroy)
{
  if (!finish (call, result, destroy, NULL) && result != NULL && destroy != NULL)
    destroy (result);
}

void
imap_call_return_error (ImapCall *call, GError *error)
{
  if (!finish (call, NULL, NULL, error))
    g_error_free (error);
}

gboolean
imap_call_is_finished (ImapCall *call)
{
  gboolean is_finished;

  g_mutex_lock (&call->mutex);
  is_finished = call->is_finished || call->is_cancelled;
  g_mutex_unlock (&call->mutex);

  return is_finished;
}

gboolean
imap_call_set_cancelled_error (ImapCall *call, const GError *error)
{
  gboolean is_waiting;

  g_mutex_lock (&call->mutex);
  is_waiting = !call->is_finished && !call->is_cancelled;
  if (is_waiting)
    {
      g_clear_error (&call->cancelled_error);
      call->cancelled_error = g_error_copy (error);
    }
  g_mutex_unlock (&call->mutex);

  return is_waiting;
}

static void
wake_cb (gpointer data)
{
  ImapCall *call = data;

  g_mutex_lock (&call->mutex);
  call->is_waking = FALSE;
  if (!g_queue_is_empty (&call->questions))
    wake_caller (call);
  g_mutex_unlock (&call->mutex);
  imap_call_unref (call);
}

/* With the mutex held. To wake a thread costs more than to hand a mail out: a few that come together
 * wake it once. */
static gboolean
can_wake_later (ImapCall *call, const Question *question)
{
  /* Before it sleeps it looks what there is. */
  if (call->context == NULL && !call->is_sleeping)
    return TRUE;
  if (!question->can_wait || call->questions.length >= HANDED_TOGETHER)
    return FALSE;
  if (!call->is_waking)
    {
      call->is_waking = imap_io_thread_post (wake_cb, imap_call_ref (call));
      if (!call->is_waking)
        imap_call_unref (call);
    }

  return call->is_waking;
}

static void
ask (ImapCall *call, Question *question)
{
  gboolean is_gone;

  g_mutex_lock (&call->mutex);
  is_gone = call->is_finished;
  if (!is_gone)
    {
      g_queue_push_tail (&call->questions, question);
      if (!can_wake_later (call, question))
        wake_caller (call);
    }
  g_mutex_unlock (&call->mutex);

  if (is_gone)
    question_free (question);
}

void
imap_call_ask_caller (ImapCall *call, ImapCallFunc func, gpointer data, GDestroyNotify destroy)
{
  Question question = { func, data, destroy, FALSE };

  ask (call, g_memdup2 (&question, sizeof question));
}

void
imap_call_hand_out (ImapCall *call, ImapCallFunc func, gpointer data, GDestroyNotify destroy)
{
  Question question = { func, data, destroy, TRUE };

  ask (call, g_memdup2 (&question, sizeof question));
}
