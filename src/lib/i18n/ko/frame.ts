/** @file 모든 화면에 있는 말: 이름, 단추, 단위, 머리, 띠, 오류. */
import type { Catalogue } from '../catalogue.ts';
import { number } from './number.ts';

export const meta: Catalogue['meta'] = {
  name: 'Likeness',
  languageName: '한국어',
  description: '내 컴퓨터에서 만드는 내 프로필 사진.',
};

export const common: Catalogue['common'] = {
  cancel: '취소',
  close: '닫기',
  undo: '되돌리기',
  remove: '빼기',
  delete: '삭제',
  tryAgain: '다시 시도',
  reload: '새로 고침',
  skipToContent: '본문으로 건너뛰기',
  technicalDetail: '기술 정보',
  dismiss: '닫기',
  soon: '곧',
};

export const units: Catalogue['units'] = {
  photos: (count) => `사진 ${number(count)}장`,
  pictures: (count) => `그림 ${number(count)}장`,
  samples: (count) => `샘플 ${number(count)}개`,
  about: (seconds) => {
    if (seconds < 20) return '몇 초';
    if (seconds < 50) return `약 ${Math.round(seconds / 10) * 10}초`;
    if (seconds < 5400) return `약 ${Math.max(1, Math.round(seconds / 60))}분`;
    return `약 ${Math.round(seconds / 3600)}시간`;
  },
  bytes: (bytes) => {
    if (bytes < 1000) return `${number(bytes)}바이트`;
    if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
    if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
    return `${(bytes / 1e9).toFixed(1)} GB`;
  },
  number,
  date: (milliseconds) => new Date(milliseconds).toLocaleDateString('ko', { day: 'numeric', month: 'long', year: 'numeric' }),
};

export const header: Catalogue['header'] = {
  steps: '네 단계',
  home: 'Likeness, 시작 페이지로',
  photos: '사진',
  likeness: '닮음',
  studio: '스튜디오',
  gallery: '갤러리',
  done: '완료',
  settings: '설정',
  toDarkroom: '암실(어두운 화면)로 바꾸기',
  toStudio: '스튜디오(밝은 화면)로 바꾸기',
  switchLanguage: 'Read in English',
  switchLanguageShort: 'English',
};

export const ribbon: Catalogue['ribbon'] = {
  sent: (bytes) => `이 기기를 떠난 당신의 데이터: ${bytes}`,
  sentOne: '이 기기를 떠난 당신의 데이터: 1바이트',
  explain: '어떻게 세는지 보기',
  detailTitle: '이 줄이 세는 것',
  detail:
    '이 앱이 보내는 모든 요청을 이 기기에서 세요. 페이지, 작업자, 서비스 워커의 요청이 모두 들어가요. 앱 자신의 파일을 불러올 때는 당신에 관한 것이 나가지 않아요. 직접 고른 모델을 받을 때는 그 서버가 어떤 파일인지만 알고 당신에 관한 것은 모르며, 따로 세요. 그 밖에 본문이나 쿼리가 있거나 다른 곳으로 가는 요청은 위 숫자에 더해져요.',
  ownFiles: (count) => `이 탭을 연 뒤 앱 자신의 파일 요청: ${count}`,
  withBody: (count) => `무언가를 담은 요청: ${count}`,
  modelFiles: (count) => `직접 고른 모델의 파일 요청: ${count}`,
  foreign: (count) => `다른 곳으로 간 요청: ${count}`,
  proof: '직접 확인해 보세요. 네트워크를 꺼도 모두 그대로 돼요.',
  offline: '지금 오프라인이에요. 그래도 모두 돼요.',
  privacy: '개인정보',
  about: '앱 정보',
};

export const errors: Catalogue['errors'] = {
  title: '잘되지 않은 것이 있어요',
  notFoundTitle: '그런 페이지가 없어요',
  notFoundText: '이 앱에 없는 주소예요.',
  notFoundLink: '시작 페이지로',
  takeOver: '이 탭에서 이어 하기',
};

export const update: Catalogue['update'] = {
  ready: '새 버전이 있어요.',
  apply: '새로 고쳐서 쓰기',
  later: '나중에',
};
