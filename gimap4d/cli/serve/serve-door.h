/* Who may come in, and whose requests may change something.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct _ServeDoor ServeDoor;

ServeDoor *serve_door_new (void);
void serve_door_free (ServeDoor *self);

char *serve_door_make_token (ServeDoor *self);
gboolean serve_door_let_in (ServeDoor *self, GIncomingMessage *request, const char *token);
gboolean serve_door_is_in (GIncomingMessage *request);
gboolean serve_door_is_from_own_page (GIncomingMessage *request);

char *serve_door_sign (ServeDoor *self, const char *purpose, const char *what);
gboolean serve_door_is_signed (ServeDoor *self,
                               const char *purpose,
                               const char *what,
                               const char *signature);

char *serve_door_make_random (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeDoor, serve_door_free)

G_END_DECLS
