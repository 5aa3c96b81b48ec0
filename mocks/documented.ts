/** The documented example files, verbatim, by operation. A test holds this list against the folder. */
import applicationAddEmail from './examples/application/addEmail.json' with { type: 'json' };
import applicationAddMobileNumber from './examples/application/addMobileNumber.json' with { type: 'json' };
import applicationDeleteEmail from './examples/application/deleteEmail.json' with { type: 'json' };
import applicationDeleteMobileNumber from './examples/application/deleteMobileNumber.json' with { type: 'json' };
import applicationForgotPassword from './examples/application/forgotPassword.json' with { type: 'json' };
import applicationGetListOfActiveSessions from './examples/application/getListOfActiveSessions.json' with { type: 'json' };
import applicationGetLoggedInUser from './examples/application/getLoggedInUser.json' with { type: 'json' };
import applicationGetPlatformConfig from './examples/application/getPlatformConfig.json' with { type: 'json' };
import applicationLoginWithAppleIOS from './examples/application/loginWithAppleIOS.json' with { type: 'json' };
import applicationLoginWithEmailAndPassword from './examples/application/loginWithEmailAndPassword.json' with { type: 'json' };
import applicationLoginWithFacebook from './examples/application/loginWithFacebook.json' with { type: 'json' };
import applicationLoginWithGoogle from './examples/application/loginWithGoogle.json' with { type: 'json' };
import applicationLoginWithGoogleAndroid from './examples/application/loginWithGoogleAndroid.json' with { type: 'json' };
import applicationLoginWithGoogleIOS from './examples/application/loginWithGoogleIOS.json' with { type: 'json' };
import applicationLoginWithOTP from './examples/application/loginWithOTP.json' with { type: 'json' };
import applicationLoginWithToken from './examples/application/loginWithToken.json' with { type: 'json' };
import applicationRegisterWithForm from './examples/application/registerWithForm.json' with { type: 'json' };
import applicationSendOTPOnEmail from './examples/application/sendOTPOnEmail.json' with { type: 'json' };
import applicationSendOTPOnMobile from './examples/application/sendOTPOnMobile.json' with { type: 'json' };
import applicationSendResetPasswordEmail from './examples/application/sendResetPasswordEmail.json' with { type: 'json' };
import applicationSendResetToken from './examples/application/sendResetToken.json' with { type: 'json' };
import applicationSendVerificationLinkToMobile from './examples/application/sendVerificationLinkToMobile.json' with { type: 'json' };
import applicationSetEmailAsPrimary from './examples/application/setEmailAsPrimary.json' with { type: 'json' };
import applicationSetMobileNumberAsPrimary from './examples/application/setMobileNumberAsPrimary.json' with { type: 'json' };
import applicationUpdatePassword from './examples/application/updatePassword.json' with { type: 'json' };
import applicationUpdateProfile from './examples/application/updateProfile.json' with { type: 'json' };
import applicationVerifyEmail from './examples/application/verifyEmail.json' with { type: 'json' };
import applicationVerifyEmailOTP from './examples/application/verifyEmailOTP.json' with { type: 'json' };
import applicationVerifyMobile from './examples/application/verifyMobile.json' with { type: 'json' };
import applicationVerifyMobileOTP from './examples/application/verifyMobileOTP.json' with { type: 'json' };
import platformArchiveUser from './examples/platform/archiveUser.json' with { type: 'json' };
import platformBlockOrUnblockUsers from './examples/platform/blockOrUnblockUsers.json' with { type: 'json' };
import platformCreateUser from './examples/platform/createUser.json' with { type: 'json' };
import platformCreateUserGroup from './examples/platform/createUserGroup.json' with { type: 'json' };
import platformCreateUserSession from './examples/platform/createUserSession.json' with { type: 'json' };
import platformDeleteActiveSessions from './examples/platform/deleteActiveSessions.json' with { type: 'json' };
import platformDeleteSession from './examples/platform/deleteSession.json' with { type: 'json' };
import platformGetActiveSessions from './examples/platform/getActiveSessions.json' with { type: 'json' };
import platformGetCustomers from './examples/platform/getCustomers.json' with { type: 'json' };
import platformGetPlatformConfig from './examples/platform/getPlatformConfig.json' with { type: 'json' };
import platformGetUserGroupById from './examples/platform/getUserGroupById.json' with { type: 'json' };
import platformGetUserGroups from './examples/platform/getUserGroups.json' with { type: 'json' };
import platformSearchUsers from './examples/platform/searchUsers.json' with { type: 'json' };
import platformUnDeleteUser from './examples/platform/unDeleteUser.json' with { type: 'json' };
import platformUpdatePlatformConfig from './examples/platform/updatePlatformConfig.json' with { type: 'json' };
import platformUpdateUser from './examples/platform/updateUser.json' with { type: 'json' };
import platformUpdateUserGroup from './examples/platform/updateUserGroup.json' with { type: 'json' };

export const documented: Readonly<Record<string, object>> = {
  'application.addEmail': applicationAddEmail,
  'application.addMobileNumber': applicationAddMobileNumber,
  'application.deleteEmail': applicationDeleteEmail,
  'application.deleteMobileNumber': applicationDeleteMobileNumber,
  'application.forgotPassword': applicationForgotPassword,
  'application.getListOfActiveSessions': applicationGetListOfActiveSessions,
  'application.getLoggedInUser': applicationGetLoggedInUser,
  'application.getPlatformConfig': applicationGetPlatformConfig,
  'application.loginWithAppleIOS': applicationLoginWithAppleIOS,
  'application.loginWithEmailAndPassword': applicationLoginWithEmailAndPassword,
  'application.loginWithFacebook': applicationLoginWithFacebook,
  'application.loginWithGoogle': applicationLoginWithGoogle,
  'application.loginWithGoogleAndroid': applicationLoginWithGoogleAndroid,
  'application.loginWithGoogleIOS': applicationLoginWithGoogleIOS,
  'application.loginWithOTP': applicationLoginWithOTP,
  'application.loginWithToken': applicationLoginWithToken,
  'application.registerWithForm': applicationRegisterWithForm,
  'application.sendOTPOnEmail': applicationSendOTPOnEmail,
  'application.sendOTPOnMobile': applicationSendOTPOnMobile,
  'application.sendResetPasswordEmail': applicationSendResetPasswordEmail,
  'application.sendResetToken': applicationSendResetToken,
  'application.sendVerificationLinkToMobile': applicationSendVerificationLinkToMobile,
  'application.setEmailAsPrimary': applicationSetEmailAsPrimary,
  'application.setMobileNumberAsPrimary': applicationSetMobileNumberAsPrimary,
  'application.updatePassword': applicationUpdatePassword,
  'application.updateProfile': applicationUpdateProfile,
  'application.verifyEmail': applicationVerifyEmail,
  'application.verifyEmailOTP': applicationVerifyEmailOTP,
  'application.verifyMobile': applicationVerifyMobile,
  'application.verifyMobileOTP': applicationVerifyMobileOTP,
  'platform.archiveUser': platformArchiveUser,
  'platform.blockOrUnblockUsers': platformBlockOrUnblockUsers,
  'platform.createUser': platformCreateUser,
  'platform.createUserGroup': platformCreateUserGroup,
  'platform.createUserSession': platformCreateUserSession,
  'platform.deleteActiveSessions': platformDeleteActiveSessions,
  'platform.deleteSession': platformDeleteSession,
  'platform.getActiveSessions': platformGetActiveSessions,
  'platform.getCustomers': platformGetCustomers,
  'platform.getPlatformConfig': platformGetPlatformConfig,
  'platform.getUserGroupById': platformGetUserGroupById,
  'platform.getUserGroups': platformGetUserGroups,
  'platform.searchUsers': platformSearchUsers,
  'platform.unDeleteUser': platformUnDeleteUser,
  'platform.updatePlatformConfig': platformUpdatePlatformConfig,
  'platform.updateUser': platformUpdateUser,
  'platform.updateUserGroup': platformUpdateUserGroup,
};

/**
 * Some documented examples stand in a named wrapper, `{"value": …}`, which no server sends (D-2).
 * Takes it off where it is.
 */
export function unwrap(example: object): object {
  const keys = Object.keys(example);
  if (keys.length !== 1 || !('value' in example)) return example;
  return example.value !== null && typeof example.value === 'object' ? example.value : example;
}
