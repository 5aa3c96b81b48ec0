/**
 * Machine-drafted, not read by a native speaker. SMS stay within the GSM-7 alphabet, which has é, è, à and ù but not ê, â, î,
 * ô and ç: they use words without those.
 */
import type { MessageLanguage } from '../wording.ts';

export const FRENCH: MessageLanguage = {
  name: 'French',
  locale: 'fr-FR',
  direction: 'ltr',
  draft: true,
  texts: {
    otp: {
      sms: '{{otp}} est votre code {{shop}}. Il expire dans {{minutes}} min. Ne le partagez avec personne.',
      subject: 'Votre code de vérification {{shop}}',
      mail: [
        'Votre code de vérification :',
        { show: 'otp' },
        'Il expire dans {{minutes}} minutes et ne sert qu’une fois. Ne le partagez avec personne. {{shop}} ne vous le demandera jamais.',
        'Vous n’avez rien demandé ? Vous pouvez ignorer cet e-mail.',
      ],
    },
    verify_link: {
      sms: '{{shop}} : ajoutez ce numéro au compte {{account}} : {{link}}\nPas vous, ou pas votre compte ? Ignorez ce message.',
      subject: 'Confirmez votre adresse e-mail pour {{shop}}',
      mail: [
        'Confirmez cette adresse e-mail pour l’ajouter au compte {{account}} de {{shop}}.',
        { show: 'link', label: 'Confirmer l’adresse' },
        'Le lien expire dans 24 heures et ne sert qu’une fois.',
        'Vous n’avez rien demandé, ou ce n’est pas votre compte ? N’ouvrez pas le lien. Sans lui, rien ne change.',
      ],
    },
    reset_link: {
      sms: '{{shop}} : choisissez un nouveau mot de passe pour {{account}} sous {{minutes}} min : {{link}}\nPas vous ? Ignorez ce message.',
      subject: 'Réinitialisez votre mot de passe {{shop}}',
      mail: [
        'Nous avons reçu une demande de réinitialisation du mot de passe du compte {{account}} de {{shop}}.',
        { show: 'link', label: 'Choisir un nouveau mot de passe' },
        'Le lien expire dans {{minutes}} minutes et ne sert qu’une fois.',
        'Vous n’avez rien demandé ? Vous pouvez ignorer cet e-mail. Votre mot de passe reste le même.',
      ],
    },
    notice_password_set: {
      sms: '{{shop}} : votre compte a un nouveau mot de passe. Pas vous ? Changez-le tout de suite par "Mot de passe oublié".',
      subject: 'Votre compte {{shop}} a un nouveau mot de passe',
      mail: [
        'Un nouveau mot de passe vient d’être choisi pour votre compte {{shop}}. Tous les autres appareils ont été déconnectés.',
        'Ce n’était pas vous ? Réinitialisez tout de suite votre mot de passe par « Mot de passe oublié », puis vérifiez les adresses e-mail et les numéros de votre compte.',
      ],
    },
    notice_new_sign_in: {
      sms: '{{shop}} : nouvelle connexion à votre compte. Pas vous ? Connectez-vous et changez de mot de passe.',
      subject: 'Nouvelle connexion à votre compte {{shop}}',
      mail: [
        'Quelqu’un vient de se connecter à votre compte {{shop}} et de confirmer un numéro ou une adresse e-mail pour ce compte.',
        'Ce n’était pas vous ? Connectez-vous et choisissez un nouveau mot de passe, ce qui déconnecte tous les autres appareils. Vérifiez ensuite les adresses e-mail et les numéros de votre compte.',
      ],
    },
    notice_identifier_added: {
      sms: '{{shop}} : {{identifier}} a été ajouté à votre compte et permet de se connecter. Pas vous ? Retirez-le et changez de mot de passe.',
      subject: '{{identifier}} a été ajouté à votre compte {{shop}}',
      mail: [
        '{{identifier}} vient d’être ajouté à votre compte {{shop}} et permet de s’y connecter.',
        'Ce n’était pas vous ? Connectez-vous, retirez-le de votre profil et choisissez un nouveau mot de passe.',
      ],
    },
    notice_identifier_removed: {
      sms: '{{shop}} : {{identifier}} a été retiré de votre compte. Pas vous ? Connectez-vous, changez de mot de passe et ajoutez-le à nouveau.',
      subject: '{{identifier}} a été retiré de votre compte {{shop}}',
      mail: [
        '{{identifier}} vient d’être retiré de votre compte {{shop}} et ne permet plus de s’y connecter.',
        'Ce n’était pas vous ? Connectez-vous, choisissez un nouveau mot de passe et ajoutez-le à nouveau.',
      ],
    },
    notice_primary_changed: {
      sms: '{{shop}} : {{identifier}} est maintenant le contact principal de votre compte. Pas vous ? Connectez-vous, annulez et changez de mot de passe.',
      subject: 'Le contact principal de votre compte {{shop}} a changé',
      mail: [
        '{{identifier}} est maintenant le contact principal de votre compte {{shop}}. Jusqu’ici, c’était cette adresse.',
        'Ce n’était pas vous ? Connectez-vous, annulez ce changement dans votre profil et choisissez un nouveau mot de passe.',
      ],
    },
    notice_primary_set: {
      sms: '{{shop}} : ce numéro est maintenant le contact principal de votre compte. Pas vous ? Connectez-vous, annulez et changez de mot de passe.',
      subject: '{{identifier}} est maintenant le contact principal de votre compte {{shop}}',
      mail: [
        '{{identifier}} est maintenant le contact principal de votre compte {{shop}}, car un code envoyé ici y a été saisi.',
        'Ce n’était pas vous ? Connectez-vous, annulez ce changement dans votre profil et choisissez un nouveau mot de passe.',
      ],
    },
    notice_social_linked: {
      sms: '{{shop}} : {{provider}} permet maintenant de se connecter à votre compte. Pas vous ? Changez de mot de passe et écrivez à {{shop}}.',
      subject: '{{provider}} a été lié à votre compte {{shop}}',
      mail: [
        'Une connexion {{provider}} vient d’être liée à votre compte {{shop}} et permet de s’y connecter.',
        'Ce n’était pas vous ? Réinitialisez votre mot de passe et écrivez à {{shop}}.',
      ],
    },
    notice_account_deleted: {
      sms: '{{shop}} : votre compte a été supprimé. Il est récupérable avant le {{last_day}} inclus. Pas vous ? Écrivez avant à {{shop}}.',
      subject: 'Votre compte {{shop}} a été supprimé',
      mail: [
        'Votre compte {{shop}} vient d’être supprimé, et tous les appareils ont été déconnectés.',
        'Il peut être récupéré jusqu’au {{last_day}} inclus. Ensuite, toutes ses données sont perdues pour toujours.',
        'Ce n’était pas vous, ou vous avez changé d’avis ? Écrivez à {{shop}} avant cette date.',
      ],
    },
  },
};
