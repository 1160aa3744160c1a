/* Brings what happens in the I/O thread to the thread that a transporter was made in, as signals.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ImapRelay ImapRelay;

typedef enum
{
  IMAP_EVENT_FACTS_CHANGED,
  IMAP_EVENT_CONNECTED,
  IMAP_EVENT_DISCONNECTED,
  IMAP_EVENT_ALERT,
} ImapEvent;

/* In the context in which the relay was made. @text is of an alert, @error of a disconnection. */
typedef void (*ImapRelayFunc) (GObject *object,
                               ImapEvent event,
                               const char *text,
                               const GError *error);

/* Holds @object weakly; delivers in the thread-default context of now. */
ImapRelay *imap_relay_new (GObject *object, ImapRelayFunc func);
void imap_relay_free (ImapRelay *relay);

/* Returns: (transfer full) (nullable): NULL when it is gone. Not for the I/O thread: this may be the
 * last reference by the time that it is dropped. */
GObject *imap_relay_ref_object (ImapRelay *relay);

/* From any thread. Where nobody runs the context, events wait, and beyond a limit are lost. */
void imap_relay_send (ImapRelay *relay, ImapEvent event, const char *text, const GError *error);

G_END_DECLS
