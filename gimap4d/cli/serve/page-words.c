/* The language of a page: the one that the browser asks for.
 *
 * The translations of gettext are those of the whole process; but browsers that ask for different
 * languages come at the same time. So the catalogues that gettext has are read here, one for each
 * language, from the same files (GNU gettext manual, "The Format of GNU MO Files").
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/page-words.h"

#include <string.h>

#include "gimap4d/base/locale-folder.h"

#define CATALOGUE GETTEXT_PACKAGE ".mo"
#define MAGIC 0x950412deu
#define MOST_LANGUAGES 100
#define MOST_WISHES 20
#define LONGEST_WISHES 1000

struct _PageWords
{
  char *language; /* owned: as in HTML, "pt-BR" */
  GHashTable
      *texts; /* owned: (element-type utf8 utf8) into the file; NULL for what the sources say */
  GMappedFile *file; /* owned, nullable */
};

/* Made once, never freed: pages of all threads use them. */
static GPtrArray *all_words = NULL; /* (element-type PageWords) */

static PageWords *
words_new (const char *language)
{
  PageWords *words = g_new0 (PageWords, 1);

  words->language = g_strdelimit (g_strdup (language), "_", '-');

  return words;
}

/* A file of another byte order is as good as none: msgfmt writes that of the machine. */
static guint32
read_number (const char *data, gsize size, gsize place)
{
  guint32 number = 0;

  if (place <= size && size - place >= sizeof number)
    memcpy (&number, data + place, sizeof number);

  return number;
}

/* The text that an entry of a table, its length and place, describes; NULL if it is not in the file. */
static const char *
read_text (const char *data, gsize size, gsize entry)
{
  gsize length = read_number (data, size, entry);
  gsize place = read_number (data, size, entry + 4);

  if (place >= size || length >= size - place || data[place + length] != '\0')
    return NULL;

  return data + place;
}

static gboolean
load_texts (PageWords *words)
{
  const char *data = g_mapped_file_get_contents (words->file);
  gsize size = g_mapped_file_get_length (words->file);
  guint32 n_texts = read_number (data, size, 8);
  gsize originals = read_number (data, size, 12);
  gsize translations = read_number (data, size, 16);

  if (read_number (data, size, 0) != MAGIC)
    return FALSE;

  words->texts = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < MIN (n_texts, size / 16); i++)
    {
      const char *original = read_text (data, size, originals + i * 8);
      const char *translation = read_text (data, size, translations + i * 8);

      if (original != NULL && *original != '\0' && translation != NULL && *translation != '\0')
        g_hash_table_insert (words->texts, (gpointer) original, (gpointer) translation);
    }

  return TRUE;
}

static void
words_free (PageWords *words)
{
  g_clear_pointer (&words->texts, g_hash_table_unref);
  g_clear_pointer (&words->file, g_mapped_file_unref);
  g_free (words->language);
  g_free (words);
}

static void
add_language (GPtrArray *all, const char *folder, const char *language)
{
  g_autofree char *path = g_build_filename (folder, language, "LC_MESSAGES", CATALOGUE, NULL);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  PageWords *words = NULL;

  if (file == NULL || g_mapped_file_get_length (file) == 0)
    return;

  words = words_new (language);
  words->file = g_steal_pointer (&file);
  if (load_texts (words))
    g_ptr_array_add (all, words);
  else
    words_free (words);
}

static GPtrArray *
load_all (void)
{
  const char *folder = locale_folder_get ();
  g_autoptr (GDir) languages = g_dir_open (folder, 0, NULL);
  GPtrArray *all = g_ptr_array_new ();
  const char *language = NULL;

  /* That of the sources is the first, which is taken when nothing fits. */
  g_ptr_array_add (all, words_new ("en"));
  while (languages != NULL && all->len < MOST_LANGUAGES &&
         (language = g_dir_read_name (languages)) != NULL)
    add_language (all, folder, language);

  return all;
}

static const GPtrArray *
get_all (void)
{
  if (g_once_init_enter (&all_words))
    g_once_init_leave (&all_words, load_all ());

  return all_words;
}

/* "fr-CA" is served by "fr", if there is nothing better; "fr" by "fr-CA" is not. */
static const PageWords *
find_words (const char *wish)
{
  const GPtrArray *all = get_all ();
  const PageWords *best = NULL;
  gsize best_length = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const PageWords *words = g_ptr_array_index (all, i);
      gsize length = strlen (words->language);

      if (g_ascii_strncasecmp (wish, words->language, length) == 0 &&
          (wish[length] == '\0' || wish[length] == '-') && length > best_length)
        {
          best = words;
          best_length = length;
        }
    }

  return best;
}

static const PageWords *
choose_by_locale (void)
{
  const char *const *names = g_get_language_names ();

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (names[i]), "_", '-');
      const PageWords *words = find_words (name);

      if (words != NULL)
        return words;
    }

  return g_ptr_array_index (get_all (), 0);
}

/* How much a language is wished for, in thousandths (RFC 9110, 12.4.2). */
static int
read_weight (const char *parameter)
{
  return parameter != NULL && g_str_has_prefix (g_strstrip ((char *) parameter), "q=") ?
             (int) (CLAMP (g_ascii_strtod (parameter + 2, NULL), 0, 1) * 1000) :
             1000;
}

/* NULL stands for a browser that has no wish: then it is the language of the user who runs us. */
const PageWords *
page_words_choose (const char *accept_language)
{
  g_autofree char *header = NULL;
  g_auto (GStrv) wishes = NULL;
  const PageWords *best = NULL;
  int best_weight = 0;

  if (accept_language == NULL)
    return choose_by_locale ();

  header = g_strndup (accept_language, LONGEST_WISHES);
  wishes = g_strsplit (header, ",", MOST_WISHES);
  for (gsize i = 0; wishes[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (wishes[i], ";", 2);
      const PageWords *words = parts[0] != NULL ? find_words (g_strstrip (parts[0])) : NULL;
      int weight = words != NULL ? read_weight (parts[1]) : 0;

      if (weight > best_weight)
        {
          best = words;
          best_weight = weight;
        }
    }

  return best != NULL ? best : choose_by_locale ();
}

const char *
page_words_get_language (const PageWords *words)
{
  return words->language;
}

const char *
page_words_get (const PageWords *words, const char *text)
{
  const char *translation = NULL;

  if (words->texts != NULL)
    translation = g_hash_table_lookup (words->texts, text);

  return translation != NULL ? translation : text;
}

#define SAY(text) page_words_get (words, text)

char *
page_words_format_size (const PageWords *words, guint64 size)
{
  const char *units[] = { SAY (N_ ("bytes")), SAY (N_ ("kB")), SAY (N_ ("MB")), SAY (N_ ("GB")) };
  double number = (double) size;
  guint unit = 0;

  while (number >= 999.5 && unit + 1 < G_N_ELEMENTS (units))
    {
      number /= 1000;
      unit++;
    }

  return g_strdup_printf (unit == 0 || number >= 9.95 ? "%.0f %s" : "%.1f %s", number, units[unit]);
}

static const char *
say_month (const PageWords *words, GDateTime *date)
{
  const char *months[] = { SAY (N_ ("Jan")), SAY (N_ ("Feb")), SAY (N_ ("Mar")), SAY (N_ ("Apr")),
                           SAY (N_ ("May")), SAY (N_ ("Jun")), SAY (N_ ("Jul")), SAY (N_ ("Aug")),
                           SAY (N_ ("Sep")), SAY (N_ ("Oct")), SAY (N_ ("Nov")), SAY (N_ ("Dec")) };

  return months[g_date_time_get_month (date) - 1];
}

/* In the time of this machine: its user reads it. */
char *
page_words_format_date (const PageWords *words, GDateTime *date)
{
  g_autoptr (GDateTime) local = g_date_time_to_local (date);

  return g_strdup_printf ("%d %s %d, %02d:%02d", g_date_time_get_day_of_month (local),
                          say_month (words, local), g_date_time_get_year (local),
                          g_date_time_get_hour (local), g_date_time_get_minute (local));
}

/* The time of today, the day of this year, else the day with its year. */
char *
page_words_format_short_date (const PageWords *words, GDateTime *date, GDateTime *now)
{
  g_autoptr (GDateTime) local = g_date_time_to_local (date);
  g_autoptr (GDateTime) local_now = g_date_time_to_local (now);
  gboolean is_this_year = g_date_time_get_year (local) == g_date_time_get_year (local_now);

  if (is_this_year &&
      g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (local_now))
    return g_date_time_format (local, "%H:%M");
  if (is_this_year)
    return g_strdup_printf ("%d %s", g_date_time_get_day_of_month (local),
                            say_month (words, local));

  return g_strdup_printf ("%d %s %d", g_date_time_get_day_of_month (local),
                          say_month (words, local), g_date_time_get_year (local));
}
