/* What the server has to hold after what was done: mails, where they are, and which of it is open.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each mail belongs to one client; only that one changes it. In a loose box anybody may remove all
 * that is flagged as deleted; in the others nobody does. */
typedef struct
{
  const char *name; /* as the library takes it */
  const char *wire; /* as it is sent */
  gboolean is_loose;
} ModelBox;

extern const ModelBox model_boxes[];

#define MODEL_N_BOXES 4
#define MODEL_N_CLIENTS 3

typedef enum
{
  MODEL_SEEN = 1 << 0,
  MODEL_FLAGGED = 1 << 1,
  MODEL_DELETED = 1 << 2,
  MODEL_KEYWORD = 1 << 3, /* "model" */
} ModelFlags;

#define MODEL_N_FLAGS 4

extern const char *const model_flag_names[MODEL_N_FLAGS];

/* One mail in one box. */
typedef struct
{
  guint owner;
  guint number;
  guint box;
  guint32 uid; /* 0 = nobody has told it yet */
  guint flags;
  guint open_flags; /* they may be set or not */
  gboolean is_open; /* it may be there or not */
  guint pair;       /* of those with the same number one is there at least; 0 = none */
  gboolean is_found;
} ModelItem;

/* What a box really holds. */
typedef struct
{
  guint owner;
  guint number;
  guint32 uid;
  guint flags;
  gboolean is_claimed;
} ModelEntry;

typedef struct
{
  GPtrArray *items[MODEL_N_CLIENTS]; /* of ModelItem, each used by the client's thread only */
  guint n_next[MODEL_N_CLIENTS];     /* number of the next mail */
  gint n_pairs;                      /* atomic */
  guint n_duplicates;                /* that an unknown outcome explains */
  guint n_resolved;                  /* open items whose state was looked up */
  guint n_risen;                     /* removed ones that a repair of the server brought back */
} Model;

Model *model_new (void);
void model_free (Model *model);

ModelItem *model_add (Model *model, guint owner, guint number, guint box, guint32 uid, guint flags);
void model_remove (Model *model, ModelItem *item);

/* Known in all respects and not to be removed by anybody else. */
gboolean model_item_is_sure (const ModelItem *item);

/* The octets of a mail, always the same for one number. */
GBytes *model_make_mail (guint owner, guint number);
char *model_make_message_id (guint owner, guint number);

/* FALSE when it is no Message-ID of the model. */
gboolean model_parse_message_id (const char *text, guint *owner, guint *number);

/* Compares with what the boxes hold (of ModelEntry) and takes over what was open. A server that has
 * repaired a box after a kill (@is_repaired) may have found the file of a removed mail again.
 * Returns: NULL, or the first contradiction */
char *model_check (Model *model, GArray *const entries[MODEL_N_BOXES], gboolean is_repaired);

G_END_DECLS
