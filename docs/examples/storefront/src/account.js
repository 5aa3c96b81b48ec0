import { vestibule } from './vestibule.js';

document.getElementById('place').append(vestibule('vestibule-account'));
