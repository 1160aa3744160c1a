/* What a box is for, from what the server says and from its name in the languages of its makers.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-box-role.h"

#include <string.h>

/* More than any name in the tables, in octets. */
#define LONGEST_NAME 128

static const struct
{
  const char *attribute;
  GImapBoxRole role;
} attribute_roles[] = {
  /* RFC 6154, 2 */
  { "\\All", G_IMAP_BOX_ROLE_ALL },
  { "\\Archive", G_IMAP_BOX_ROLE_ARCHIVE },
  { "\\Drafts", G_IMAP_BOX_ROLE_DRAFTS },
  { "\\Flagged", G_IMAP_BOX_ROLE_FLAGGED },
  { "\\Junk", G_IMAP_BOX_ROLE_JUNK },
  { "\\Sent", G_IMAP_BOX_ROLE_SENT },
  { "\\Trash", G_IMAP_BOX_ROLE_TRASH },
  /* XLIST, before it */
  { "\\Inbox", G_IMAP_BOX_ROLE_INBOX },
  { "\\AllMail", G_IMAP_BOX_ROLE_ALL },
  { "\\Starred", G_IMAP_BOX_ROLE_FLAGGED },
  { "\\Spam", G_IMAP_BOX_ROLE_JUNK },
};

/* What mail programs and providers call these boxes; English first, because of several boxes for
 * one use the earlier name wins. */
static const char *const sent_names[] = {
  "Sent",
  "Sent Items",
  "Sent Messages",
  "Sent Mail",
  "Sent-Mail",
  "Envoyés",
  "Éléments envoyés",
  "Messages envoyés",
  "Courrier envoyé",
  "Objets envoyés", /* fr */
  "Gesendet",
  "Gesendete Elemente",
  "Gesendete Objekte",
  "Gesendete Nachrichten", /* de */
  "Enviados",
  "Elementos enviados",
  "Mensajes enviados",
  "Correo enviado", /* es */
  "Inviati",
  "Posta inviata",
  "Inviata",
  "Elementi inviati",
  "Messaggi inviati", /* it */
  "Itens enviados",
  "Mensagens enviadas",
  "Enviadas",
  "Correio enviado", /* pt */
  "Enviats",
  "Elements enviats", /* ca */
  "Verzonden",
  "Verzonden items",
  "Verzonden berichten", /* nl */
  "Wysłane",
  "Elementy wysłane",
  "Wiadomości wysłane", /* pl */
  "Отправленные",       /* ru */
  "Надіслані",
  "Відправлені", /* uk */
  "Odeslané",
  "Odeslaná pošta",
  "Odeslané zprávy", /* cs */
  "Odoslané",
  "Odoslaná pošta", /* sk */
  "Elküldött",
  "Elküldött elemek",
  "Elküldött levelek",
  "Elküldött üzenetek", /* hu */
  "Trimise",
  "Elemente trimise",
  "Mesaje trimise", /* ro */
  "Skickat",
  "Skickade",
  "Skickade objekt",
  "Skickade meddelanden", /* sv */
  "Sendt",
  "Sendt post",
  "Sendte elementer",
  "Sendte", /* da, nb */
  "Lähetetyt",
  "Lähetetyt kohteet",
  "Lähetetyt viestit", /* fi */
  "Απεσταλμένα",       /* el */
  "Gönderilmiş",
  "Gönderilmiş Öğeler",
  "Gönderilmiş Postalar",
  "Gönderilenler", /* tr */
  "送信済み",
  "送信済みアイテム",
  "送信済みメール",
  "送信済みトレイ", /* ja */
  "已发送",
  "已发送邮件",
  "已傳送",
  "寄件備份", /* zh */
  "보낸편지함",
  "보낸 편지함",
  "보낸메일함",
  "보낸 메일함", /* ko */
  NULL,
};

static const char *const drafts_names[] = {
  "Drafts",
  "Draft",
  "Brouillons",
  "Brouillon", /* fr */
  "Entwürfe",
  "Entwurf",    /* de */
  "Borradores", /* es */
  "Bozze",      /* it */
  "Rascunhos",  /* pt */
  "Esborranys", /* ca */
  "Concepten",  /* nl */
  "Kopie robocze",
  "Wersje robocze",
  "Szkice",    /* pl */
  "Черновики", /* ru */
  "Чернетки",  /* uk */
  "Koncepty",
  "Rozepsané",   /* cs */
  "Rozpísané",   /* sk */
  "Piszkozatok", /* hu */
  "Schițe",
  "Ciorne", /* ro */
  "Utkast", /* sv, nb */
  "Kladder",
  "Udkast",     /* da */
  "Luonnokset", /* fi */
  "Πρόχειρα",   /* el */
  "Taslaklar",  /* tr */
  "下書き",     /* ja */
  "草稿",
  "草稿箱",
  "草稿匣", /* zh */
  "임시보관함",
  "임시 보관함", /* ko */
  NULL,
};

static const char *const trash_names[] = {
  "Trash",
  "Deleted Items",
  "Deleted Messages",
  "Deleted",
  "Bin",
  "Corbeille",
  "Éléments supprimés",
  "Messages supprimés", /* fr */
  "Papierkorb",
  "Gelöschte Elemente",
  "Gelöschte Objekte",
  "Gelöschte Nachrichten", /* de */
  "Papelera",
  "Elementos eliminados",
  "Mensajes eliminados",
  "Eliminados", /* es */
  "Cestino",
  "Posta eliminata",
  "Elementi eliminati", /* it */
  "Lixeira",
  "Lixo",
  "Itens excluídos",
  "Itens eliminados",
  "Reciclagem", /* pt */
  "Paperera",
  "Elements suprimits", /* ca */
  "Prullenbak",
  "Prullenmand",
  "Verwijderde items",
  "Verwijderde berichten", /* nl */
  "Kosz",
  "Elementy usunięte", /* pl */
  "Корзина",
  "Удаленные",
  "Удалённые", /* ru */
  "Кошик",
  "Видалені", /* uk */
  "Koš",
  "Odstraněná pošta", /* cs */
  "Kôš",
  "Odstránená pošta", /* sk */
  "Kuka",
  "Lomtár",
  "Törölt elemek", /* hu */
  "Coș de gunoi",
  "Gunoi",
  "Elemente șterse", /* ro */
  "Papperskorgen",
  "Papperskorg",
  "Borttagna objekt",
  "Borttaget", /* sv */
  "Papirkurv",
  "Slettet post",
  "Slettede elementer",
  "Slettet", /* da, nb */
  "Roskakori",
  "Poistetut",
  "Poistetut kohteet", /* fi */
  "Κάδος απορριμμάτων",
  "Διαγραμμένα", /* el */
  "Çöp",
  "Çöp Kutusu",
  "Silinmiş Öğeler", /* tr */
  "ゴミ箱",
  "ごみ箱",
  "削除済みアイテム", /* ja */
  "已删除",
  "已删除邮件",
  "垃圾桶",
  "刪除的郵件", /* zh */
  "휴지통",
  "지운편지함",
  "지운 편지함", /* ko */
  NULL,
};

static const char *const junk_names[] = {
  "Junk",
  "Spam",
  "Junk E-mail",
  "Junk Email",
  "Junk Mail",
  "Bulk Mail",
  "Bulk",
  "Courrier indésirable",
  "Indésirables",
  "Pourriel", /* fr */
  "Junk-E-Mail",
  "Spamverdacht",
  "Unerwünscht", /* de */
  "Correo no deseado",
  "Correo basura", /* es */
  "Posta indesiderata",
  "Indesiderata", /* it */
  "Lixo eletrônico",
  "Lixo eletrónico",
  "Lixo electrónico", /* pt */
  "Correu brossa",    /* ca */
  "Ongewenste e-mail",
  "Ongewenst",
  "Ongewenste reclame", /* nl */
  "Wiadomości-śmieci",
  "Niechciane", /* pl */
  "Спам",
  "Нежелательная почта", /* ru, uk */
  "Небажана пошта",      /* uk */
  "Nevyžádaná pošta",
  "Nevyžádané",        /* cs */
  "Nevyžiadaná pošta", /* sk */
  "Levélszemét",       /* hu */
  "E-mail nedorit",    /* ro */
  "Skräppost",         /* sv */
  "Uønsket mail",
  "Uønsket e-mail",
  "Uønsket post", /* da */
  "Søppelpost",
  "Uønsket e-post", /* nb */
  "Roskaposti",     /* fi */
  "Ανεπιθύμητα",
  "Ανεπιθύμητη αλληλογραφία", /* el */
  "Gereksiz",
  "Gereksiz E-posta",
  "Önemsiz",
  "Önemsiz E-posta", /* tr */
  "迷惑メール",
  "迷惑メールフォルダ", /* ja */
  "垃圾邮件",
  "垃圾郵件", /* zh */
  "스팸",
  "스팸편지함",
  "스팸메일함",
  "정크 메일", /* ko */
  NULL,
};

static const char *const archive_names[] = {
  "Archive",    "Archives",           /* en, fr */
  "Archiv",                           /* de, cs */
  "Archivo",    "Archivados",         /* es */
  "Archivio",                         /* it */
  "Arquivo",    "Arquivados",         /* pt */
  "Arxiu",                            /* ca */
  "Archief",                          /* nl */
  "Archiwum",                         /* pl */
  "Архив",                            /* ru */
  "Архів",                            /* uk */
  "Archív",                           /* sk */
  "Archívum",                         /* hu */
  "Arhivă",                           /* ro */
  "Arkiv",                            /* sv, da, nb */
  "Arkisto",                          /* fi */
  "Αρχείο",                           /* el */
  "Arşiv",                            /* tr */
  "アーカイブ",                       /* ja */
  "存档",       "归档",       "封存", /* zh */
  "보관함",     "보관",               /* ko */
  NULL,
};

GImapBoxRole
imap_box_role_from_attributes (const char *name, const char *const *attributes)
{
  /* RFC 9051, 5.1: this one name, in any case, is the user's own box. */
  if (g_ascii_strcasecmp (name, "INBOX") == 0)
    return G_IMAP_BOX_ROLE_INBOX;

  for (guint i = 0; attributes != NULL && attributes[i] != NULL; i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (attribute_roles); j++)
        {
          if (g_ascii_strcasecmp (attributes[i], attribute_roles[j].attribute) == 0)
            return attribute_roles[j].role;
        }
    }

  return G_IMAP_BOX_ROLE_NONE;
}

/* The part of @name that can stand in the tables: of a box at the top, below INBOX, or below the
 * bracketed root of Gmail. A user's own "Project/Archive" is none; NULL. */
static const char *
get_leaf (const char *name, const char *delimiter)
{
  const char *last = delimiter != NULL ? g_strrstr (name, delimiter) : NULL;
  gsize parent;

  if (last == NULL)
    return name;

  parent = last - name;
  if ((parent == strlen ("INBOX") && g_ascii_strncasecmp (name, "INBOX", parent) == 0) ||
      (parent > 1 && name[0] == '[' && memchr (name, ']', parent) == last - 1))
    return last + strlen (delimiter);

  return NULL;
}

static char *
fold (const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_ALL_COMPOSE);
}

typedef struct
{
  GImapBoxRole role;
  guint rank;
} NamedRole;

static void
add_names (GHashTable *table, const char *const *names, GImapBoxRole role)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      NamedRole *named = g_new (NamedRole, 1);

      *named = (NamedRole){ role, i };
      g_hash_table_insert (table, fold (names[i]), named);
    }
}

static GHashTable *
get_named_roles (void)
{
  static GHashTable *table = NULL; /* lives as long as the process */

  if (g_once_init_enter (&table))
    {
      GHashTable *made = g_hash_table_new (g_str_hash, g_str_equal);

      add_names (made, sent_names, G_IMAP_BOX_ROLE_SENT);
      add_names (made, drafts_names, G_IMAP_BOX_ROLE_DRAFTS);
      add_names (made, trash_names, G_IMAP_BOX_ROLE_TRASH);
      add_names (made, junk_names, G_IMAP_BOX_ROLE_JUNK);
      add_names (made, archive_names, G_IMAP_BOX_ROLE_ARCHIVE);
      g_once_init_leave (&table, made);
    }

  return table;
}

GImapBoxRole
imap_box_role_from_name (const char *name, const char *delimiter, guint *out_rank)
{
  const char *leaf = get_leaf (name, delimiter);
  g_autofree char *folded = NULL;
  const NamedRole *named;

  if (leaf == NULL || strlen (leaf) > LONGEST_NAME)
    return G_IMAP_BOX_ROLE_NONE;

  folded = fold (leaf);
  named = g_hash_table_lookup (get_named_roles (), folded);
  if (named == NULL)
    return G_IMAP_BOX_ROLE_NONE;
  *out_rank = named->rank;

  return named->role;
}
