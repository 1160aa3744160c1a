/* Finds the end of a list without reading its values: most octets of a FETCH are only passed over.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  IMAP_SCAN_CLOSED, /* @at is behind the list's ")" */
  IMAP_SCAN_BRACE,  /* @at is at a "{" outside quotes */
  IMAP_SCAN_CUT,    /* the text ended first */
} ImapScanResult;

/* Begins as zeros, and goes on over the braces that the caller passes. */
typedef struct
{
  gsize at;
  gsize depth;
  gsize deepest;
  gboolean quoted;
} ImapScan;

ImapScanResult imap_scan_list (ImapScan *scan, const char *text, gsize length);

G_END_DECLS
