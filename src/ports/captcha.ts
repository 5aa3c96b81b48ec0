/** The purpose of a captcha; the widget may name it as its action. */
export type CaptchaAction = 'send_otp' | 'login' | 'reset' | 'register';

export interface Captcha {
  /** Throws an `Outage` when the service cannot say. */
  isHuman(solved: {
    token: string;
    ip: string;
    /** Where it may have been solved: the application's domains. */
    hosts: readonly string[];
    action: CaptchaAction;
  }): Promise<boolean>;
}
