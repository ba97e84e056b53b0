/** @file The sentence for a person for every error code, in every language. The types make a forgotten code or language a compile error. */
import type { ErrorCode } from '#models/errors/error-codes.ts';
import type { Locale } from '../i18n/catalogue.ts';

/** What happened, and what to do. */
export interface ErrorSentence {
  readonly what: string;
  readonly next: string;
}

const english: Readonly<Record<ErrorCode, ErrorSentence>> = {
  'shape-mismatch': {
    what: 'Two parts of the model do not fit together.',
    next: 'If you brought this model yourself, try another; with the built-in model this is our mistake.',
  },
  'graph-invalid': {
    what: 'The model’s plan breaks one of our own rules.',
    next: 'This is our mistake. Reload the page; if it comes back, report it with the technical detail.',
  },
  'op-unsupported': { what: 'The model uses an operation that we cannot compute yet.', next: 'Use the built-in model.' },
  'weights-missing': { what: 'A part of the model’s weights is missing.', next: 'Load the model again, or use the built-in one.' },
  'weights-corrupt': {
    what: 'A file of the model is damaged: it ends in the middle or contradicts itself.',
    next: 'Fetch the model again; only this file is loaded. For the built-in model, reload the page. Your photos and pictures are not affected.',
  },
  'weights-pickled': {
    what: 'The model comes in a format that can hide programs, so we do not open it.',
    next: 'Look for the same model as .safetensors; most authors publish both.',
  },
  'model-unknown': {
    what: 'This model has an architecture that we do not know.',
    next: 'Stable Diffusion 1.x and 2.x folders work, and the built-in model does.',
  },
  'model-file-missing': { what: 'A file of the model could not be found.', next: 'Reload the page while the network is on, so that it can be fetched once.' },
  'download-failed': {
    what: 'The model’s host could not be reached, or the line dropped.',
    next: 'Go on when the network is back. What is here already stays.',
  },
  'address-refused': {
    what: 'This copy of the app may not ask that host for models.',
    next: 'Load the model’s folder with another program and choose it here, or ask whoever runs this site to allow the host.',
  },
  'lora-incompatible': { what: 'This likeness was learned with another model.', next: 'Choose the model it was learned with, or learn it again.' },
  'lora-unsupported': {
    what: 'This file is not a likeness that we can use.',
    next: 'Choose a plain LoRA for Stable Diffusion 1.x or 2.x, a .safetensors file. Whole models, LoHa, LoKr and DoRA do not work here.',
  },
  'lora-damaged': {
    what: 'This likeness file is damaged or incomplete.',
    next: 'Fetch it again. If an adapter_config.json came with it, choose both files together.',
  },
  'job-invalid': { what: 'The job description was not valid.', next: 'Check the numbers under “Fine control”, or set them back.' },
  'loss-not-finite': {
    what: 'The arithmetic of learning went out of bounds.',
    next: 'Go on from the last saved state. If it happens again, choose “Quick” or remove unusual photos.',
  },
  cancelled: { what: 'The work was stopped.', next: 'Nothing was lost. Start again whenever you like.' },
  'photo-unreadable': { what: 'The file could not be read as a picture.', next: 'Save it as JPEG or PNG and add it again.' },
  'photo-too-large': { what: 'The picture is larger than we can open.', next: 'Make it smaller than 60 megapixels and 60 MB, and add it again.' },
  'archive-unreadable': {
    what: 'The ZIP file, or a file in it, could not be opened.',
    next: 'Unpack it with another program and add the photos themselves. Files locked with a password are not opened here.',
  },
  'archive-too-large': {
    what: 'The ZIP file holds more than is unpacked here, so we stopped.',
    next: 'Unpack it with another program and add the photos you want.',
  },
  'video-unreadable': { what: 'The video could not be read in this browser.', next: 'Save it as MP4 (H.264), or add photos instead.' },
  'video-too-long': { what: 'Only a part of the video was looked at.', next: 'Cut out the seconds in which the face is seen best, two minutes at most.' },
  'reader-missing': {
    what: 'The part of the app that reads such files could not be loaded.',
    next: 'Add the file again while the network is on: that part is fetched once and then stays.',
  },
  'photos-too-few': { what: 'There are too few photos to learn a face from.', next: 'Add at least two; ten or more are best.' },
  'photos-too-many': { what: 'There are more photos than one likeness takes.', next: 'Keep the best 25 and remove the others.' },
  'face-missing': { what: 'No face was found where one is needed.', next: 'Add photos in which the face is easy to see.' },
  'storage-full': {
    what: 'The browser has no room left for this app.',
    next: 'Delete pictures you do not need, or free some disk space. What is stored already is safe.',
  },
  'storage-blocked': { what: 'Another tab of this app runs a different version and holds the storage.', next: 'Close the other tabs, then reload this one.' },
  'storage-unavailable': { what: 'This browser window refuses to store anything.', next: 'Use a normal window; some private windows do not allow storage.' },
  'busy-elsewhere': {
    what: 'Another tab of this app is using the model.',
    next: 'Wait until it is done, or go on in this tab: the other one then stops at its last saved state.',
  },
  'device-unavailable': { what: 'Nothing in this browser can run the model.', next: 'Use a current Chrome, Edge, Firefox or Safari on this computer.' },
  'device-lost': { what: 'The graphics card went away during the work.', next: 'Go on from the last saved state. Closing other heavy tabs helps.' },
  'device-out-of-memory': { what: 'The model did not fit into the free memory.', next: 'Close other tabs and programs, then try again.' },
  'model-too-large': {
    what: 'This model is too large for this device.',
    next: 'Use the built-in model or a smaller one, or a computer with more graphics memory.',
  },
  'self-test-failed': {
    what: 'This computer’s graphics card gives wrong numbers, so we do not use it.',
    next: 'Try again: the processor does the work instead.',
  },
  'worker-crashed': {
    what: 'The part that does the arithmetic ended without an answer.',
    next: 'Try again: it starts afresh and goes on from the last saved state.',
  },
  usage: { what: 'An instruction was not understood.', next: 'Reload the page and try again.' },
  internal: { what: 'Something went wrong on our side.', next: 'Reload the page. Your photos and pictures are safe.' },
};

const korean: Readonly<Record<ErrorCode, ErrorSentence>> = {
  'shape-mismatch': { what: '모델의 두 부분이 서로 맞지 않아요.', next: '직접 가져온 모델이라면 다른 모델을 써 주세요. 내장 모델이라면 저희 잘못이에요.' },
  'graph-invalid': { what: '모델의 계산 계획이 규칙에 어긋나요.', next: '저희 잘못이에요. 새로 고쳐 보고, 다시 나오면 기술 정보와 함께 알려 주세요.' },
  'op-unsupported': { what: '아직 계산할 수 없는 연산을 쓰는 모델이에요.', next: '내장 모델을 써 주세요.' },
  'weights-missing': { what: '모델 가중치의 일부가 없어요.', next: '모델을 다시 불러오거나 내장 모델을 써 주세요.' },
  'weights-corrupt': {
    what: '모델 파일이 손상됐어요. 중간에 끊겼거나 내용이 서로 맞지 않아요.',
    next: '모델을 다시 받으면 이 파일만 새로 받아요. 내장 모델이라면 새로 고쳐 주세요. 사진과 그림은 그대로예요.',
  },
  'weights-pickled': {
    what: '프로그램이 숨어 있을 수 있는 형식의 모델이라 열지 않아요.',
    next: '같은 모델을 .safetensors로 찾아 주세요. 대부분 둘 다 올라와 있어요.',
  },
  'model-unknown': { what: '알지 못하는 구조의 모델이에요.', next: 'Stable Diffusion 1.x와 2.x 폴더, 그리고 내장 모델을 쓸 수 있어요.' },
  'model-file-missing': { what: '모델 파일을 찾지 못했어요.', next: '네트워크를 켠 채 새로 고치면 한 번 받아 둬요.' },
  'download-failed': {
    what: '모델을 주는 서버에 닿지 못했거나 연결이 끊겼어요.',
    next: '네트워크가 돌아오면 이어서 받아 주세요. 이미 받은 것은 그대로 있어요.',
  },
  'address-refused': {
    what: '이 사이트에서는 그 서버에 모델을 요청할 수 없게 되어 있어요.',
    next: '다른 프로그램으로 모델 폴더를 받아 여기에서 고르거나, 사이트 운영자에게 그 서버를 허용해 달라고 해 주세요.',
  },
  'lora-incompatible': { what: '다른 모델로 배운 닮음이에요.', next: '배울 때 쓴 모델을 고르거나 다시 배워 주세요.' },
  'lora-unsupported': {
    what: '여기서 쓸 수 있는 닮음 파일이 아니에요.',
    next: 'Stable Diffusion 1.x나 2.x용 일반 LoRA(.safetensors)를 골라 주세요. 전체 모델, LoHa, LoKr, DoRA는 쓸 수 없어요.',
  },
  'lora-damaged': {
    what: '닮음 파일이 손상됐거나 빠진 것이 있어요.',
    next: '다시 받아 주세요. adapter_config.json이 함께 있었다면 두 파일을 같이 골라 주세요.',
  },
  'job-invalid': { what: '작업 내용이 올바르지 않아요.', next: '‘세밀한 조절’의 숫자를 확인하거나 처음 값으로 돌려 주세요.' },
  'loss-not-finite': {
    what: '배우는 계산이 범위를 벗어났어요.',
    next: '마지막으로 저장한 상태에서 이어 해 주세요. 또 그러면 ‘빠르게’를 고르거나 특이한 사진을 빼 주세요.',
  },
  cancelled: { what: '작업을 멈췄어요.', next: '잃은 것은 없어요. 언제든 다시 시작할 수 있어요.' },
  'photo-unreadable': { what: '그림 파일로 읽을 수 없었어요.', next: 'JPEG나 PNG로 저장해서 다시 넣어 주세요.' },
  'photo-too-large': { what: '열 수 있는 크기보다 큰 그림이에요.', next: '6천만 화소, 60 MB보다 작게 줄여서 다시 넣어 주세요.' },
  'archive-unreadable': {
    what: 'ZIP 파일이나 그 안의 파일을 열 수 없었어요.',
    next: '다른 프로그램으로 풀어서 사진을 직접 넣어 주세요. 암호가 걸린 파일은 여기서 열지 않아요.',
  },
  'archive-too-large': { what: 'ZIP 파일에 든 것이 너무 많아 중간에 멈췄어요.', next: '다른 프로그램으로 풀어서 필요한 사진만 넣어 주세요.' },
  'video-unreadable': { what: '이 브라우저에서 읽을 수 없는 동영상이에요.', next: 'MP4(H.264)로 저장하거나 사진을 넣어 주세요.' },
  'video-too-long': { what: '동영상의 일부만 살펴봤어요.', next: '얼굴이 가장 잘 보이는 부분을 2분 안으로 잘라 주세요.' },
  'reader-missing': {
    what: '이런 파일을 읽는 부분을 불러오지 못했어요.',
    next: '네트워크가 켜져 있을 때 파일을 다시 넣어 주세요. 한 번 받아 두면 계속 쓸 수 있어요.',
  },
  'photos-too-few': { what: '얼굴을 배우기에는 사진이 너무 적어요.', next: '적어도 두 장, 열 장 이상이면 가장 좋아요.' },
  'photos-too-many': { what: '한 닮음에 쓸 수 있는 사진보다 많아요.', next: '좋은 25장만 남기고 나머지는 빼 주세요.' },
  'face-missing': { what: '있어야 할 얼굴을 찾지 못했어요.', next: '얼굴이 잘 보이는 사진을 넣어 주세요.' },
  'storage-full': { what: '브라우저에 이 앱이 쓸 공간이 없어요.', next: '필요 없는 그림을 지우거나 디스크를 비워 주세요. 이미 저장된 것은 안전해요.' },
  'storage-blocked': { what: '다른 버전으로 열린 탭이 저장소를 잡고 있어요.', next: '다른 탭을 닫고 이 탭을 새로 고쳐 주세요.' },
  'storage-unavailable': { what: '이 브라우저 창에서는 저장할 수 없어요.', next: '일반 창을 써 주세요. 비공개 창에서는 저장이 막히기도 해요.' },
  'busy-elsewhere': {
    what: '이 앱의 다른 탭이 모델을 쓰고 있어요.',
    next: '끝날 때까지 기다리거나 이 탭에서 이어 해 주세요. 그러면 다른 탭은 마지막 저장 상태에서 멈춰요.',
  },
  'device-unavailable': { what: '이 브라우저에서는 모델을 돌릴 수 없어요.', next: '이 컴퓨터의 최신 Chrome, Edge, Firefox, Safari를 써 주세요.' },
  'device-lost': {
    what: '일하는 동안 그래픽 카드와 연결이 끊겼어요.',
    next: '마지막으로 저장한 상태에서 이어 해 주세요. 다른 무거운 탭을 닫으면 도움이 돼요.',
  },
  'device-out-of-memory': { what: '남은 메모리에 모델이 들어가지 않았어요.', next: '다른 탭과 프로그램을 닫고 다시 시도해 주세요.' },
  'model-too-large': { what: '이 기기에는 너무 큰 모델이에요.', next: '내장 모델이나 더 작은 모델을 쓰거나, 그래픽 메모리가 더 많은 컴퓨터를 써 주세요.' },
  'self-test-failed': { what: '이 컴퓨터의 그래픽 카드가 틀린 숫자를 내서 쓰지 않아요.', next: '다시 시도하면 프로세서가 대신 일해요.' },
  'worker-crashed': { what: '계산하던 부분이 답 없이 끝났어요.', next: '다시 시도하면 새로 시작해서 마지막 저장 상태부터 이어 해요.' },
  usage: { what: '알아듣지 못한 지시가 있어요.', next: '새로 고치고 다시 시도해 주세요.' },
  internal: { what: '저희 쪽에서 잘못됐어요.', next: '새로 고쳐 주세요. 사진과 그림은 안전해요.' },
};

export const errorMessages: Readonly<Record<Locale, Readonly<Record<ErrorCode, ErrorSentence>>>> = { en: english, ko: korean };
