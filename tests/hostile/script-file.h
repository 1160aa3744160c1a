/* A file of the hostile suite as its parts: what is set, what the client does, what the peer does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How the connection is encrypted. */
typedef enum
{
  SCRIPT_OVER_PLAIN = 1 << 0,
  SCRIPT_OVER_STARTTLS = 1 << 1,
  SCRIPT_OVER_TLS = 1 << 2,
} ScriptOver;

/* How the bytes of the peer are cut. */
typedef enum
{
  SCRIPT_CHUNK_ONE = 1 << 0,
  SCRIPT_CHUNK_WHOLE = 1 << 1,
  SCRIPT_CHUNK_RANDOM = 1 << 2,
} ScriptChunk;

/* One do: line. */
typedef struct
{
  guint line;    /* in the file */
  char *call;    /* owned: with its arguments */
  char **codes;  /* owned: what may come out: "ok" or errors */
  GRegex *regex; /* owned, nullable: what the result or the sentence has to hold */
} ScriptCall;

typedef struct
{
  char *name;
  char *text;
} ScriptEach;

typedef struct
{
  char *path;                   /* owned */
  char *name;                   /* owned: of the file, without its end */
  guint over;                   /* ScriptOver */
  guint chunks;                 /* ScriptChunk */
  char **settings;              /* owned: name, value, name, value … */
  gint64 memory;                /* bytes above the baseline, -1: nothing is said */
  gint64 needs;                 /* bytes of addresses without which it makes no sense */
  gboolean memory_with_payload; /* … and above what the peer sends */
  guint deadline;               /* ms, 0: nothing is said */
  char **never_sent;            /* owned */
  GPtrArray *calls;             /* owned: of ScriptCall */
  GPtrArray *eachs; /* owned: of ScriptEach: the script is played with each text; may be empty */
  GPtrArray *connections; /* owned: of utf8: the script of each, use lines and %each% in it */
} ScriptFile;

/* Returns: (transfer full): NULL with an error that tells the line. */
ScriptFile *script_file_load (const char *path, GError **error);
ScriptFile *script_file_parse (const char *path, const char *text, GError **error);
void script_file_free (ScriptFile *file);

/* The scripts of the connections, for the peer.
 * Returns: (transfer full): NULL with an error when a use line is none. */
char **script_file_expand (const ScriptFile *file,
                           ScriptOver over,
                           const ScriptEach *each,
                           GError **error);

/* Puts the text of each for %each%. */
char *script_each_expand (const ScriptEach *each, const char *text);

const char *script_over_get_name (ScriptOver over);
const char *script_chunk_get_name (ScriptChunk chunk);
/* Returns: 0 when there is none of that name. */
ScriptOver script_over_from_name (const char *name);
ScriptChunk script_chunk_from_name (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptFile, script_file_free)

G_END_DECLS
