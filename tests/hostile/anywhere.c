/* Plays a script again and again, cut or cancelled at another place each time.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "anywhere.h"

#include "verdict.h"

/* The call during which the peer sent its byte number position. */
static guint
find_call (const PlayRecord *record, guint64 position)
{
  guint index = 0;

  while (index + 1 < record->calls->len &&
         g_array_index (record->calls, PlayCall, index).n_sent_by_peer <= position)
    index++;

  return index;
}

static gboolean
play_disturbed (Stage *stage,
                const ScriptFile *file,
                const PlayPlan *plan,
                AnywhereFunc func,
                gpointer data,
                GError **error)
{
  g_auto (PlayRecord) record = { 0 };
  g_autoptr (GPtrArray) faults = NULL;

  if (!play_script (stage, file, plan, &record, error))
    return FALSE;
  faults = verdict_find_common_faults (file, plan, &record);
  func (plan, &record, faults, data);

  return TRUE;
}

gboolean
anywhere_play (Stage *stage,
               const ScriptFile *file,
               const PlayPlan *plan,
               AnywhereKind kind,
               guint n_samples,
               AnywhereFunc func,
               gpointer data,
               GError **error)
{
  g_auto (PlayRecord) whole = { 0 };
  guint64 n_places;

  if (!play_script (stage, file, plan, &whole, error))
    return FALSE;
  n_places = whole.n_sent_by_peer;

  for (guint64 i = 0; i < (n_samples > 0 ? MIN (n_samples, n_places) : n_places); i++)
    {
      PlayPlan disturbed = *plan;
      guint64 place = n_samples > 0 ? (guint64) g_test_rand_int_range (0, (gint32) n_places) : i;

      if (kind == ANYWHERE_CUT)
        disturbed.cut_at = place;
      else
        disturbed.cancel_at = place;
      disturbed.cancelled_call = find_call (&whole, place);
      if (!play_disturbed (stage, file, &disturbed, func, data, error))
        return FALSE;
    }

  return TRUE;
}
