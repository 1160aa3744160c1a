/* One public call on its way to the I/O thread and back, in its synchronous or its asynchronous form.
 *
 * What comes back is handed out in the thread (context) of the caller only, the last unref of the task included:
 * an object of Python or GTK must never be finalized in the I/O thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ImapCall ImapCall;

/* Runs in the caller's thread. */
typedef void (*ImapCallFunc) (gpointer object, gpointer data);

/* @object: the one that the call is made on; alive as long as the caller waits. */
ImapCall *imap_call_new_sync (gpointer object, GCancellable *cancellable);
ImapCall *imap_call_new_async (GTask *task);
ImapCall *imap_call_ref (ImapCall *call);
void imap_call_unref (ImapCall *call);

/* Called once when the caller does not wait any more because he cancelled, from any thread, before
 * anything was returned. To be set before the call is given to the I/O thread. */
void imap_call_set_abandoned_func (ImapCall *call, ImapCallFunc func, gpointer data);

/* Caller's side. The sync form waits, the async form begins to listen for cancellation. Both hand
 * the call over to nobody: the I/O thread has its own reference. */
gpointer imap_call_wait (ImapCall *call, GError **error);
void imap_call_start (ImapCall *call);

/* The I/O thread's side; any thread is right. Only the first return counts. */
void imap_call_return (ImapCall *call, gpointer result, GDestroyNotify destroy);
void imap_call_return_error (ImapCall *call, GError *error);
/* Nobody waits for it: it has returned, or was cancelled. */
gboolean imap_call_is_finished (ImapCall *call);

/* From now on a cancelled call fails with this error, not with G_IO_ERROR_CANCELLED: a command that
 * changes something is about to go and may be done. FALSE when he has heard his answer already. */
gboolean imap_call_set_cancelled_error (ImapCall *call, const GError *error);

/* Runs @func in the caller's thread, in order, before the result is handed out. When the caller has
 * gone, only @destroy runs, anywhere. */
void imap_call_ask_caller (ImapCall *call,
                           ImapCallFunc func,
                           gpointer data,
                           GDestroyNotify destroy);

/* The same for one of many things that a call hands out: the thread's main loop comes to its other work
 * in between. */
void imap_call_hand_out (ImapCall *call, ImapCallFunc func, gpointer data, GDestroyNotify destroy);

/* The current thread is answering a question of a call on this object, or answers another one from
 * inside of it: a synchronous call on it would wait for itself. */
gboolean imap_call_is_answering (gpointer object);
/* Runs @func as one who answers a question about this object without being its caller. */
void imap_call_run_answering (gpointer object, void (*func) (gpointer data), gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapCall, imap_call_unref)

G_END_DECLS
