/** @file 개인정보와 라이선스. */
import type { Catalogue } from '../catalogue.ts';

export const privacy: Catalogue['privacy'] = {
  title: '개인정보',
  lead: '사진은 이 컴퓨터에만 있어요. 네트워크를 꺼도 모두 그대로 돼요.',
  mapTitle: '무엇이 어디에 있나요',
  mapHead: { what: '무엇', where: '어디에', howLong: '언제까지', leaves: '기기를 떠나나요?' },
  map: [
    { what: '내 사진', where: '이 브라우저의 저장소', howLong: '뺄 때까지' },
    { what: '사진에서 찾은 얼굴 위치', where: '이 브라우저의 저장소', howLong: '사진과 함께' },
    { what: '닮음 (몇 메가바이트의 숫자)', where: '이 브라우저의 저장소', howLong: '모두 삭제할 때까지' },
    { what: '그림', where: '이 브라우저의 저장소', howLong: '삭제할 때까지' },
    { what: '동의: 문장의 지문과 시각', where: '이 브라우저의 저장소', howLong: '철회할 때까지' },
    { what: '받거나 가져온 모델', where: '이 브라우저의 저장소', howLong: '지울 때까지' },
    { what: '화면과 언어', where: '이 브라우저의 저장소', howLong: '모두 삭제할 때까지' },
  ],
  never: '아니요',
  neverTitle: '절대 일어나지 않는 것',
  neverList: [
    '다른 서버로 요청하지 않아요. 직접 고르는 예외가 하나 있어요. ‘모델’에서 받는 모델은 그 서버에서 와요. 그 서버는 다른 웹사이트와 마찬가지로 인터넷 주소와 어떤 파일인지를 알 뿐, 사진이나 쓴 말, 그림에 관한 것은 알지 못해요. 그 밖의 요청은 페이지의 보안 정책이 금지하고, 브라우저가 지켜요.',
    '분석, 쿠키, 오류 보고가 없고, 다른 곳의 글꼴이나 스크립트도 없어요.',
    '사진, 파일 이름, 쓴 말이 기록에 남지 않아요. 서버는 앱 파일을 내줄 뿐이에요.',
  ],
  checkTitle: '확인하는 방법',
  checkList: [
    '앱을 연 뒤 네트워크를 꺼 보세요. 모든 단계가 그대로 돼요.',
    '페이지마다 맨 아래 줄이 나간 것을 세고, 어떻게 세는지도 적혀 있어요.',
    '브라우저의 네트워크 창에 모든 요청이 나와요. 이 사이트의 파일과 직접 받은 모델의 파일만 보일 거예요.',
  ],
  faceTitle: '얼굴에 대해',
  faceText:
    '닮음은 얼굴 데이터예요. 그 파일이 있으면 당신을 닮은 그림을 만들 수 있어요. 파일은 이 브라우저에만 있어요. 함께 쓰는 컴퓨터라면 끝난 뒤 모두 삭제해 주세요.',
  markTitle: '그림에 대해',
  markText: '그림마다 파일 안에 AI로 만들었다는 표시가 있어요. 그 표시를 지우는 기능은 없어요.',
};

export const about: Catalogue['about'] = {
  title: '앱 정보',
  lead: 'Likeness는 내 컴퓨터에서 프로필 사진을 만들어요. Apache License 2.0 오픈 소스예요.',
  modelTitle: '내장 모델',
  modelText:
    '직접 만든 작은 Stable Diffusion 모델이에요. 실제로 없는 사람들, 곧 회화풍 초상과 컴퓨터 그림만으로 학습했어요. 모든 과정을 오프라인에서 보여 줘요. 사진 같은 모델이 아니라서 얼굴이 실제보다 단순해요.',
  modelCard: '모델 카드에 데이터, 라이선스, 측정한 품질, 한계가 적혀 있어요.',
  sampleTitle: '샘플 인물',
  sampleText:
    'Ada는 실제로 없는 사람이에요. MakeHuman 팀과 기여자들(makehumancommunity.org)의 CC0 자료로 이 프로젝트가 그렸고, CC0 1.0으로 제공해요. 실제 사람의 사진은 쓰지 않았어요.',
  portraitsText: '학습에 쓴 초상 일부는 artflow portraits set에서 왔어요. CC BY 4.0, 출처 artflow.ai.',
  softwareTitle: '안에 든 소프트웨어',
  softwareHead: { name: '이름', use: '하는 일', licence: '라이선스' },
  softwareUse: {
    svelte: '페이지',
    onnxruntime: '모델의 계산',
    comlink: '작업자와 대화',
    idb: '브라우저 저장소 열기',
    clientZip: 'ZIP 묶기',
    libheif: 'HEIC 사진 읽기',
    mediabunny: '동영상 나누기',
    uplot: '곡선 그리기',
    bits: '누구나 쓸 수 있는 조작부',
    lucide: '아이콘',
    fraunces: '제목 글꼴',
    inter: '본문 글꼴',
    clipVocabulary: '파일 하나로 된 모델에서 단어를 숫자로 바꿔요',
    hono: '파일을 내주는 서버',
  },
  copyleftText:
    'libheif와 Mediabunny는 고치지 않고 그대로 써요. libheif는 HEIC 사진을 넣을 때만 따로 받는 파일이라 다른 빌드로 바꿀 수 있어요. 소스: github.com/catdad-experiments/libheif-js, github.com/Vanilagy/mediabunny',
  copyleftLicence: 'libheif 라이선스 전문',
  versionTitle: '버전',
};
