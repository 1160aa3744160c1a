/* What the server says it can do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  IMAP_CAPABILITY_IMAP4REV1,
  IMAP_CAPABILITY_IMAP4REV2,
  IMAP_CAPABILITY_STARTTLS,
  IMAP_CAPABILITY_LOGINDISABLED,
  IMAP_CAPABILITY_SASL_IR,
  IMAP_CAPABILITY_LITERAL_PLUS,
  IMAP_CAPABILITY_LITERAL_MINUS,
  IMAP_CAPABILITY_ID,
  IMAP_CAPABILITY_ENABLE,
  IMAP_CAPABILITY_UTF8_ACCEPT,
  IMAP_CAPABILITY_UTF8_ONLY,
  IMAP_CAPABILITY_IDLE,
  IMAP_CAPABILITY_NAMESPACE,
  IMAP_CAPABILITY_UNSELECT,
  IMAP_CAPABILITY_UIDPLUS,
  IMAP_CAPABILITY_MOVE,
  IMAP_CAPABILITY_CONDSTORE,
  IMAP_CAPABILITY_QRESYNC,
  IMAP_CAPABILITY_ESEARCH,
  IMAP_CAPABILITY_LIST_EXTENDED,
  IMAP_CAPABILITY_LIST_STATUS,
  IMAP_CAPABILITY_SPECIAL_USE,
  IMAP_CAPABILITY_XLIST,
  IMAP_CAPABILITY_STATUS_SIZE,
  IMAP_CAPABILITY_OBJECTID,
  IMAP_CAPABILITY_WITHIN,
  IMAP_CAPABILITY_SEARCH_FUZZY,
  IMAP_CAPABILITY_X_GM_EXT_1,
  IMAP_CAPABILITY_SORT,
  IMAP_CAPABILITY_SORT_DISPLAY,
  IMAP_CAPABILITY_THREAD_REFERENCES,
  IMAP_CAPABILITY_THREAD_ORDEREDSUBJECT,
  IMAP_CAPABILITY_QUOTA,
  IMAP_CAPABILITY_COMPRESS_DEFLATE,
  IMAP_CAPABILITY_BINARY,
  IMAP_N_CAPABILITIES,
} ImapCapability;

typedef struct
{
  GStrv words;        /* owned, nullable: upper case, as the server lists them */
  guint64 known;      /* a bit for each ImapCapability */
  guint64 distrusted; /* likewise: not used, whatever the server says of it, over all its lists */
} ImapCapabilities;

/* Takes the words. NULL forgets all: nothing is known. */
void imap_capabilities_set (ImapCapabilities *capabilities, GStrv words);
/* IMAP4rev2 is enabled: it takes the place of IMAP4rev1 and brings what belongs to it. */
void imap_capabilities_enable_rev2 (ImapCapabilities *capabilities);
void imap_capabilities_distrust (ImapCapabilities *capabilities, ImapCapability capability);
void imap_capabilities_clear (ImapCapabilities *capabilities);
gboolean imap_capabilities_are_known (const ImapCapabilities *capabilities);
gboolean imap_capabilities_has (const ImapCapabilities *capabilities, ImapCapability capability);

G_END_DECLS
