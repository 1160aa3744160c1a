/* What a transporter needs of its notifier besides its public face.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-notifier.h"

G_BEGIN_DECLS

/* Knows the transporter as long as that lives. */
GImapNotifier *imap_notifier_new (gpointer transporter);

G_END_DECLS
