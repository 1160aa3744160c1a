/* A request that never was on a wire: SoupServer answers it into memory.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-dispatch.h"

#include "gimap4d/http/http-pipe.h"

struct _HttpDispatch
{
  guint count;            /* a function may run a main loop while SoupServer is called */
  SoupServer *server;     /* owned */
  HttpPoller *poller;     /* owned */
  HttpWatch *watch;       /* owned */
  HttpPipe *pipe;         /* owned */
  GSocketAddress *remote; /* owned; carries this for libsoup's messages */
  GByteArray *answer;     /* owned */
  gboolean is_cut;
  HttpDispatchFunc done; /* nullable: it was called */
  gpointer data;
  HttpDispatchGoneFunc gone; /* nullable */
  gpointer gone_data;
};

static GQuark
dispatch_quark (void)
{
  return g_quark_from_static_string ("gimap4d-http-dispatch");
}

static void
dispatch_unref (HttpDispatch *dispatch)
{
  if (--dispatch->count > 0)
    return;

  http_watch_unref (dispatch->watch);
  http_pipe_unref (dispatch->pipe);
  http_poller_unref (dispatch->poller);
  g_object_unref (dispatch->remote);
  g_byte_array_unref (dispatch->answer);
  g_object_unref (dispatch->server);
  g_free (dispatch);
}

static void
collect (HttpDispatch *dispatch)
{
  gsize size = 0;
  const void *data = http_pipe_peek (dispatch->pipe, &size);

  g_byte_array_append (dispatch->answer, data, size);
  http_pipe_drop (dispatch->pipe, size);
}

static void
finish (HttpDispatch *dispatch)
{
  HttpDispatchFunc done = dispatch->done;
  g_autoptr (GBytes) answer = NULL;

  dispatch->done = NULL;
  g_object_set_qdata (G_OBJECT (dispatch->remote), dispatch_quark (), NULL);
  http_watch_stop (dispatch->watch);
  if (!dispatch->is_cut)
    answer = g_bytes_new (dispatch->answer->data, dispatch->answer->len);
  done (answer, dispatch->data);
  dispatch_unref (dispatch);
}

static void
watch_cb (GIOCondition condition, gpointer data)
{
  HttpDispatch *dispatch = data;
  /* Asked first: what is written before the close is then in the pipe. */
  gboolean is_closed = http_pipe_is_closed (dispatch->pipe);

  collect (dispatch);
  if (is_closed && dispatch->done != NULL)
    finish (dispatch);
}

/* Nothing goes past the queue: there is no socket. */
static gssize
send_cb (const GOutputVector *vectors, guint n_vectors, gpointer data)
{
  return 0;
}

HttpDispatch *
http_dispatch_begin (SoupServer *server, GBytes *request, HttpDispatchFunc done, gpointer data)
{
  HttpDispatch *dispatch = g_new0 (HttpDispatch, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GIOStream) stream = NULL;

  dispatch->count = 2;
  dispatch->server = g_object_ref (server);
  dispatch->done = done;
  dispatch->data = data;
  dispatch->answer = g_byte_array_new ();
  dispatch->remote = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_object_set_qdata (G_OBJECT (dispatch->remote), dispatch_quark (), dispatch);
  dispatch->poller = http_poller_new (context, FALSE);
  dispatch->watch = http_watch_new (dispatch->poller, -1, watch_cb, dispatch);
  dispatch->pipe = http_pipe_new (dispatch->watch, send_cb, dispatch);
  http_pipe_push (dispatch->pipe, g_bytes_get_data (request, NULL), g_bytes_get_size (request));
  http_pipe_end (dispatch->pipe);

  stream = http_pipe_open_stream (dispatch->pipe);
  if (!soup_server_accept_iostream (server, stream, local, dispatch->remote, NULL))
    g_io_stream_close (stream, NULL, NULL);
  http_watch_ring (dispatch->watch);
  dispatch_unref (dispatch);

  return dispatch;
}

void
http_dispatch_cut (HttpDispatch *dispatch)
{
  HttpDispatchGoneFunc gone = g_steal_pointer (&dispatch->gone);

  dispatch->is_cut = TRUE;
  http_pipe_break (dispatch->pipe);
  if (gone != NULL)
    gone (dispatch->gone_data);
}

HttpDispatch *
http_dispatch_find (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_qdata (G_OBJECT (remote), dispatch_quark ()) : NULL;
}

void
http_dispatch_watch_gone (HttpDispatch *dispatch, HttpDispatchGoneFunc gone, gpointer data)
{
  dispatch->gone = gone;
  dispatch->gone_data = data;
}
