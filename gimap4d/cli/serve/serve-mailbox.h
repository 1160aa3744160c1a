/* The mailbox of one user: its connections, shared by the requests of all browsers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

#include "gimap4d/cli/serve/page-view.h"

G_BEGIN_DECLS

/* Makes one more transporter for the same user, in any thread; it connects when it is used. */
typedef GImapTransporter *(*ServeConnectFunc) (gpointer data, GError **error);

typedef struct _ServeMailbox ServeMailbox;

ServeMailbox *serve_mailbox_new (GImapTransporter *lister, ServeConnectFunc connect, gpointer data);
void serve_mailbox_free (ServeMailbox *self);

GPtrArray *serve_mailbox_list_boxes (ServeMailbox *self, GCancellable *cancellable, GError **error);
void serve_mailbox_forget_boxes (ServeMailbox *self);

GImapTransporter *serve_mailbox_open_box (ServeMailbox *self,
                                          const char *box,
                                          GImapBoxInfo **out_info,
                                          GCancellable *cancellable,
                                          GError **error);
GImapTransporter *serve_mailbox_connect (ServeMailbox *self, GError **error);

/* Sets or removes one keyword of one mail. */
typedef struct
{
  const char *box;
  guint uid_validity;
  const char *id;
  const char *keyword;
  gboolean is_set;
} ServeChange;

gboolean serve_mailbox_change (ServeMailbox *self,
                               const ServeChange *change,
                               GCancellable *cancellable,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeMailbox, serve_mailbox_free)

G_END_DECLS
