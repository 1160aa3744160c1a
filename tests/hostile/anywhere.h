/* Plays a script again and again, cut or cancelled at another place each time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "play.h"

G_BEGIN_DECLS

typedef enum
{
  ANYWHERE_CUT,    /* the connection ends after each byte that the peer sends */
  ANYWHERE_CANCEL, /* the call is cancelled after each of them */
} AnywhereKind;

/* Told of each play, with its faults. */
typedef void (*AnywhereFunc) (const PlayPlan *plan,
                              const PlayRecord *record,
                              GPtrArray *faults,
                              gpointer data);

/* Plays the script undisturbed first, to know how long it is. With n_samples > 0 only so many
 * places are taken, by chance. FALSE with an error when the script is none. */
gboolean anywhere_play (Stage *stage,
                        const ScriptFile *file,
                        const PlayPlan *plan,
                        AnywhereKind kind,
                        guint n_samples,
                        AnywhereFunc func,
                        gpointer data,
                        GError **error);

G_END_DECLS
