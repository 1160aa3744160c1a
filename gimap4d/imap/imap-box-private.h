/* How the list of boxes is made.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-box.h"

G_BEGIN_DECLS

/* All is copied or referenced. */
typedef struct
{
  const char *name;              /* UTF-8 */
  const char *const *attributes; /* nullable: none; as sent, of LIST, LSUB or XLIST */
  char delimiter;                /* 0 for NIL */
  gboolean is_subscribed;        /* or the attribute \Subscribed */
  GImapBoxInfo *info;            /* nullable */
} ImapBoxValues;

/* Its role is what the server says, no guess. */
GImapBox *imap_box_new (const ImapBoxValues *values);

/* @boxes: of GImapBox, all of one server, before anybody else has them. Roles that the server gave
 * to no box are given by name, each to one box. */
void imap_box_guess_roles (GPtrArray *boxes);

G_END_DECLS
