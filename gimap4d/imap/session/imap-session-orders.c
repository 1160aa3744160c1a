/* What other threads want of a session, on its way to the I/O thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/session/imap-session-private.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/imap/session/imap-io-thread.h"
#include "gimap4d/imap/session/imap-watch.h"

/* What is posted to the I/O thread. */
typedef struct
{
  ImapSession *session;     /* owned */
  ImapOperation *operation; /* owned, nullable */
  ImapCall *call;           /* owned, nullable */
} Order;

static Order *
order_new (ImapSession *session, ImapOperation *operation, ImapCall *call)
{
  Order *order = g_new0 (Order, 1);

  order->session = imap_session_ref (session);
  order->operation = operation;
  order->call = call != NULL ? imap_call_ref (call) : NULL;

  return order;
}

static void
order_free (Order *order)
{
  imap_session_unref (order->session);
  g_clear_pointer (&order->operation, imap_operation_unref);
  g_clear_pointer (&order->call, imap_call_unref);
  g_free (order);
}

/* For what has gone ahead of the login. */
static gboolean
is_anybody_waiting (ImapSession *session)
{
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (!operation->is_complete && operation->caller != NULL &&
          !imap_call_is_finished (operation->caller))
        return TRUE;
    }

  return FALSE;
}

/* Nobody waits for what is being opened any more. */
static void
give_up_opening (ImapSession *session)
{
  if (session->waiting.length == 0 && session->watch == NULL && !is_anybody_waiting (session) &&
      session->state != IMAP_SESSION_READY && session->state != IMAP_SESSION_CLOSING &&
      session->state != IMAP_SESSION_CLOSED)
    imap_session_fail_opening (
        session, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The call was cancelled")));
}

/* An end to watching waits for nothing but IDLE. Takes the operation. */
static void
end_watching_at_once (ImapSession *session, ImapOperation *operation)
{
  imap_watch_end_for (session, operation);
  imap_call_return (operation->caller, GINT_TO_POINTER (TRUE), NULL);
  imap_session_release_operation (operation);
  give_up_opening (session);
}

static void
perform_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;
  ImapOperation *operation = g_steal_pointer (&order->operation);

  operation->caller = g_steal_pointer (&order->call);
  if (imap_watch_is_end (operation) && session->idle == IMAP_IDLE_NONE)
    {
      end_watching_at_once (session, operation);
    }
  else
    {
      g_queue_push_tail (&session->waiting, operation);
      imap_session_pump (session);
    }
  order_free (order);
}

void
imap_session_perform (ImapSession *session, gpointer operation, ImapCall *call)
{
  Order *order = order_new (session, operation, call);
  GError *error = NULL;

  if (imap_io_thread_start (&error) && imap_io_thread_post (perform_cb, order))
    return;

  if (session->settings->host != NULL)
    g_prefix_error (&error, "%s:%u: ", session->settings->host, session->settings->port);
  imap_call_return_error (call, error);
  order_free (order);
}

static void
abandon_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;

  for (GList *link = session->waiting.head; link != NULL; link = link->next)
    {
      ImapOperation *operation = link->data;

      if (operation->caller == order->call)
        {
          g_queue_delete_link (&session->waiting, link);
          imap_session_release_operation (operation);
          break;
        }
    }

  /* One that runs keeps its place until its replies have come, but sends nothing more. */
  for (guint i = 0; i < session->running->len; i++)
    {
      ImapOperation *operation = g_ptr_array_index (session->running, i);

      if (operation->caller == order->call)
        operation->is_complete = TRUE;
    }
  imap_session_update_hold (session);
  imap_session_check_half (session);
  give_up_opening (session);
  order_free (order);
}

void
imap_session_abandon (ImapSession *session, ImapCall *call)
{
  Order *order = order_new (session, NULL, call);

  if (!imap_io_thread_post (abandon_cb, order))
    order_free (order);
}

static void
poke_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;
  ImapOperation *operation = order->operation;

  /* While it waits to be started again it has nothing to do. */
  if (g_ptr_array_find (session->running, operation, NULL) && !operation->is_complete)
    {
      operation->klass->poked (operation);
      imap_session_settle (session, operation);
      imap_session_update_hold (session);
      imap_session_pump (session);
    }
  order_free (order);
}

void
imap_session_poke (ImapSession *session, ImapOperation *operation)
{
  Order *order = order_new (session, imap_operation_ref (operation), NULL);

  if (!imap_io_thread_post (poke_cb, order))
    order_free (order);
}

static void
shut_down_cb (gpointer data)
{
  Order *order = data;
  ImapSession *session = order->session;

  session->is_shut_down = TRUE;
  imap_watch_end (session, NULL);
  if (session->state == IMAP_SESSION_READY)
    {
      imap_session_start (session, imap_session_new_close_operation ());
      imap_session_send (session);
    }
  else if (session->state != IMAP_SESSION_CLOSED && session->state != IMAP_SESSION_CLOSING)
    {
      imap_session_fail_opening (session, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                       _ ("the connection was closed on request")));
    }
  order_free (order);
}

void
imap_session_shut_down (ImapSession *session)
{
  Order *order = order_new (session, NULL, NULL);

  /* In a forked child there is nothing to close: the connection is the parent's. */
  if (!imap_io_thread_post (shut_down_cb, order))
    order_free (order);
}
