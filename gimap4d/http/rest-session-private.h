/* Sessions as their store sees them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-session.h"

G_BEGIN_DECLS

/* @idle_timeout: in seconds. */
GRestSession *rest_session_new (const char *id, guint idle_timeout);
void rest_session_touch (GRestSession *self);
gboolean rest_session_is_over (GRestSession *self);

G_END_DECLS
