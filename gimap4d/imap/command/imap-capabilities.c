/* What the server says it can do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/command/imap-capabilities.h"

static const char *const names[IMAP_N_CAPABILITIES] = {
  [IMAP_CAPABILITY_IMAP4REV1] = "IMAP4REV1",
  [IMAP_CAPABILITY_IMAP4REV2] = "IMAP4REV2",
  [IMAP_CAPABILITY_STARTTLS] = "STARTTLS",
  [IMAP_CAPABILITY_LOGINDISABLED] = "LOGINDISABLED",
  [IMAP_CAPABILITY_SASL_IR] = "SASL-IR",
  [IMAP_CAPABILITY_LITERAL_PLUS] = "LITERAL+",
  [IMAP_CAPABILITY_LITERAL_MINUS] = "LITERAL-",
  [IMAP_CAPABILITY_ID] = "ID",
  [IMAP_CAPABILITY_ENABLE] = "ENABLE",
  [IMAP_CAPABILITY_UTF8_ACCEPT] = "UTF8=ACCEPT",
  [IMAP_CAPABILITY_UTF8_ONLY] = "UTF8=ONLY",
  [IMAP_CAPABILITY_IDLE] = "IDLE",
  [IMAP_CAPABILITY_NAMESPACE] = "NAMESPACE",
  [IMAP_CAPABILITY_UNSELECT] = "UNSELECT",
  [IMAP_CAPABILITY_UIDPLUS] = "UIDPLUS",
  [IMAP_CAPABILITY_MOVE] = "MOVE",
  [IMAP_CAPABILITY_CONDSTORE] = "CONDSTORE",
  [IMAP_CAPABILITY_QRESYNC] = "QRESYNC",
  [IMAP_CAPABILITY_ESEARCH] = "ESEARCH",
  [IMAP_CAPABILITY_LIST_EXTENDED] = "LIST-EXTENDED",
  [IMAP_CAPABILITY_LIST_STATUS] = "LIST-STATUS",
  [IMAP_CAPABILITY_SPECIAL_USE] = "SPECIAL-USE",
  [IMAP_CAPABILITY_XLIST] = "XLIST",
  [IMAP_CAPABILITY_STATUS_SIZE] = "STATUS=SIZE",
  [IMAP_CAPABILITY_OBJECTID] = "OBJECTID",
  [IMAP_CAPABILITY_WITHIN] = "WITHIN",
  [IMAP_CAPABILITY_SEARCH_FUZZY] = "SEARCH=FUZZY",
  [IMAP_CAPABILITY_X_GM_EXT_1] = "X-GM-EXT-1",
  [IMAP_CAPABILITY_SORT] = "SORT",
  [IMAP_CAPABILITY_SORT_DISPLAY] = "SORT=DISPLAY",
  [IMAP_CAPABILITY_THREAD_REFERENCES] = "THREAD=REFERENCES",
  [IMAP_CAPABILITY_THREAD_ORDEREDSUBJECT] = "THREAD=ORDEREDSUBJECT",
  [IMAP_CAPABILITY_QUOTA] = "QUOTA",
  [IMAP_CAPABILITY_COMPRESS_DEFLATE] = "COMPRESS=DEFLATE",
  [IMAP_CAPABILITY_BINARY] = "BINARY",
};

/* What IMAP4rev2 brings along (RFC 9051, appendix E). Next to IMAP4rev1 it is only there once it is
 * enabled. */
static const ImapCapability rev2[] = {
  IMAP_CAPABILITY_UNSELECT,      IMAP_CAPABILITY_SASL_IR,     IMAP_CAPABILITY_LITERAL_MINUS,
  IMAP_CAPABILITY_ENABLE,        IMAP_CAPABILITY_IDLE,        IMAP_CAPABILITY_NAMESPACE,
  IMAP_CAPABILITY_UIDPLUS,       IMAP_CAPABILITY_MOVE,        IMAP_CAPABILITY_ESEARCH,
  IMAP_CAPABILITY_LIST_EXTENDED, IMAP_CAPABILITY_LIST_STATUS, IMAP_CAPABILITY_SPECIAL_USE,
  IMAP_CAPABILITY_STATUS_SIZE,   IMAP_CAPABILITY_BINARY,
};

void
imap_capabilities_set (ImapCapabilities *capabilities, GStrv words)
{
  imap_capabilities_clear (capabilities);
  capabilities->words = words;

  for (guint i = 0; words != NULL && i < IMAP_N_CAPABILITIES; i++)
    if (g_strv_contains ((const char *const *) words, names[i]))
      capabilities->known |= G_GUINT64_CONSTANT (1) << i;

  /* Cyrus, which alone has this word, answers STATUS with MAILBOXID out of freed memory (3.6.1): an id
   * that is none, and line breaks where none can be. SELECT tells the right one. */
  if (words != NULL && g_strv_contains ((const char *const *) words, "X-CREATEDMODSEQ"))
    capabilities->known &= ~(G_GUINT64_CONSTANT (1) << IMAP_CAPABILITY_OBJECTID);

  if (imap_capabilities_has (capabilities, IMAP_CAPABILITY_IMAP4REV2) &&
      !imap_capabilities_has (capabilities, IMAP_CAPABILITY_IMAP4REV1))
    imap_capabilities_enable_rev2 (capabilities);
}

void
imap_capabilities_enable_rev2 (ImapCapabilities *capabilities)
{
  capabilities->known &= ~(G_GUINT64_CONSTANT (1) << IMAP_CAPABILITY_IMAP4REV1);
  for (guint i = 0; i < G_N_ELEMENTS (rev2); i++)
    capabilities->known |= G_GUINT64_CONSTANT (1) << rev2[i];
}

void
imap_capabilities_distrust (ImapCapabilities *capabilities, ImapCapability capability)
{
  capabilities->distrusted |= G_GUINT64_CONSTANT (1) << capability;
}

void
imap_capabilities_clear (ImapCapabilities *capabilities)
{
  g_clear_pointer (&capabilities->words, g_strfreev);
  capabilities->known = 0;
}

gboolean
imap_capabilities_are_known (const ImapCapabilities *capabilities)
{
  return capabilities->words != NULL;
}

gboolean
imap_capabilities_has (const ImapCapabilities *capabilities, ImapCapability capability)
{
  guint64 usable = capabilities->known & ~capabilities->distrusted;

  return (usable & (G_GUINT64_CONSTANT (1) << capability)) != 0;
}
