/**
 * Machine-drafted, not read by a native speaker. SMS stay within the GSM-7 alphabet, which has é, ñ, ¿ and ¡ but not á, í, ó
 * and ú: they use words without those.
 */
import type { MessageLanguage } from '../wording.ts';

export const SPANISH: MessageLanguage = {
  name: 'Spanish',
  locale: 'es-ES',
  direction: 'ltr',
  draft: true,
  texts: {
    otp: {
      sms: '{{otp}} es tu clave de {{shop}}. Vence en {{minutes}} min. No la compartas con nadie.',
      subject: 'Tu código de verificación de {{shop}}',
      mail: [
        'Tu código de verificación:',
        { show: 'otp' },
        'Vence en {{minutes}} minutos y funciona una sola vez. No lo compartas con nadie. {{shop}} nunca te lo pedirá.',
        '¿No lo has pedido? Puedes ignorar este correo.',
      ],
    },
    verify_link: {
      sms: '{{shop}}: agrega este celular a la cuenta {{account}}: {{link}}\n¿No lo has pedido o no es tu cuenta? Ignora este mensaje.',
      subject: 'Confirma tu correo para {{shop}}',
      mail: [
        'Confirma esta dirección de correo para añadirla a la cuenta {{account}} de {{shop}}.',
        { show: 'link', label: 'Confirmar la dirección' },
        'El enlace vence en 24 horas y funciona una sola vez.',
        '¿No lo has pedido o no es tu cuenta? No abras el enlace. Sin él no cambia nada.',
      ],
    },
    reset_link: {
      sms: '{{shop}}: crea una clave nueva para {{account}} en {{minutes}} min: {{link}}\n¿No lo has pedido? Ignora este mensaje.',
      subject: 'Restablece tu contraseña de {{shop}}',
      mail: [
        'Hemos recibido una solicitud para restablecer la contraseña de la cuenta {{account}} de {{shop}}.',
        { show: 'link', label: 'Crear una contraseña nueva' },
        'El enlace vence en {{minutes}} minutos y funciona una sola vez.',
        '¿No lo has pedido? Puedes ignorar este correo. Tu contraseña sigue siendo la misma.',
      ],
    },
    notice_password_set: {
      sms: '{{shop}}: tu cuenta tiene una clave nueva. ¿No has sido tu? Cambiala ya desde el acceso.',
      subject: 'Tu cuenta de {{shop}} tiene una contraseña nueva',
      mail: [
        'Se acaba de crear una contraseña nueva para tu cuenta de {{shop}}. Se ha cerrado la sesión en los demás dispositivos.',
        '¿No has sido tú? Restablece tu contraseña ahora mismo y revisa los correos y teléfonos de tu cuenta.',
      ],
    },
    notice_new_sign_in: {
      sms: '{{shop}}: acceso nuevo a tu cuenta. ¿No has sido tu? Entra y crea una clave nueva.',
      subject: 'Nuevo inicio de sesión en tu cuenta de {{shop}}',
      mail: [
        'Alguien acaba de iniciar sesión en tu cuenta de {{shop}} y ha confirmado un teléfono o un correo para ella.',
        '¿No has sido tú? Inicia sesión y crea una contraseña nueva, lo que cierra la sesión en los demás dispositivos. Después revisa los correos y teléfonos de tu cuenta.',
      ],
    },
    notice_identifier_added: {
      sms: '{{shop}}: tu cuenta tiene un dato de acceso nuevo, {{identifier}}. ¿No has sido tu? Borralo y cambia tu clave.',
      subject: 'Se ha añadido {{identifier}} a tu cuenta de {{shop}}',
      mail: [
        'Se acaba de añadir {{identifier}} a tu cuenta de {{shop}}. Sirve para iniciar sesión.',
        '¿No has sido tú? Inicia sesión, quítalo de tu perfil y crea una contraseña nueva.',
      ],
    },
    notice_identifier_removed: {
      sms: '{{shop}}: {{identifier}} ya no es parte de tu cuenta. ¿No has sido tu? Entra, cambia tu clave y agregalo de nuevo.',
      subject: 'Se ha quitado {{identifier}} de tu cuenta de {{shop}}',
      mail: [
        'Se acaba de quitar {{identifier}} de tu cuenta de {{shop}}. Ya no sirve para iniciar sesión.',
        '¿No has sido tú? Inicia sesión, crea una contraseña nueva y vuelve a añadirlo.',
      ],
    },
    notice_primary_changed: {
      sms: '{{shop}}: {{identifier}} es ahora el contacto principal de tu cuenta. ¿No has sido tu? Entra, corrige el cambio y crea una clave nueva.',
      subject: 'Ha cambiado el contacto principal de tu cuenta de {{shop}}',
      mail: [
        '{{identifier}} es ahora el contacto principal de tu cuenta de {{shop}}. Hasta ahora era esta dirección.',
        '¿No has sido tú? Inicia sesión, vuelve a cambiarlo en tu perfil y crea una contraseña nueva.',
      ],
    },
    notice_primary_set: {
      sms: '{{shop}}: este es ahora el contacto principal de tu cuenta. ¿No has sido tu? Entra, corrige el cambio y crea una clave nueva.',
      subject: '{{identifier}} es ahora el contacto principal de tu cuenta de {{shop}}',
      mail: [
        '{{identifier}} es ahora el contacto principal de tu cuenta de {{shop}}, porque se ha introducido en ella un código enviado aquí.',
        '¿No has sido tú? Inicia sesión, vuelve a cambiarlo en tu perfil y crea una contraseña nueva.',
      ],
    },
    notice_social_linked: {
      sms: '{{shop}}: ya se puede entrar en tu cuenta con {{provider}}. ¿No has sido tu? Cambia tu clave y escribe a {{shop}}.',
      subject: '{{provider}} se ha vinculado a tu cuenta de {{shop}}',
      mail: [
        'Se acaba de vincular un acceso de {{provider}} a tu cuenta de {{shop}}. Sirve para iniciar sesión.',
        '¿No has sido tú? Restablece tu contraseña y escribe a {{shop}}.',
      ],
    },
    notice_account_deleted: {
      sms: '{{shop}}: tu cuenta se ha borrado. Puede recuperarse hasta el {{last_day}}. ¿No has sido tu? Escribe antes a {{shop}}.',
      subject: 'Tu cuenta de {{shop}} se ha borrado',
      mail: [
        'Tu cuenta de {{shop}} se acaba de borrar y se ha cerrado la sesión en todos los dispositivos.',
        'Puede recuperarse hasta el {{last_day}}. Después, todos sus datos desaparecen para siempre.',
        '¿No has sido tú o has cambiado de idea? Escribe a {{shop}} antes de esa fecha.',
      ],
    },
  },
};
