/** @file 사진 검사와 사진 구성. */
import type { Catalogue } from '../catalogue.ts';
import { number } from './number.ts';

export const checks: Catalogue['checks'] = {
  byCheck: {
    minor: {
      mark: '미성년일 수 있음',
      reason: () =>
        '사진 속 사람이 미성년일 수 있어서 쓰지 않아요. 여기서는 성인의 얼굴만 배워요. 성인이시라면 죄송해요. 나이를 몇 살쯤 잘못 읽기도 해서 안전한 쪽으로 판단해요. 다른 사진은 괜찮을 수 있어요. 이 내용은 이 컴퓨터에만 적혀요.',
    },
    nudity: { mark: '노출', reason: () => '노출이 있는 사진으로 보여서 쓰지 않아요. 머리와 어깨만 남게 자르거나 다른 사진을 골라 주세요.' },
    'no-face': { mark: '얼굴 없음', reason: () => '얼굴을 찾지 못했어요. 옆으로 누운 사진이면 돌려 주시고, 아니면 얼굴이 잘 보이는 사진을 골라 주세요.' },
    'several-faces': { mark: '여러 얼굴', reason: (faces) => `비슷한 크기의 얼굴이 ${number(faces)}개 있어요. 내 얼굴을 고르거나 그 얼굴만 남게 잘라 주세요.` },
    'other-person': { mark: '다른 사람?', reason: () => '다른 사진들의 얼굴과 닮지 않았어요. 그래도 본인이 맞다면 그대로 쓰면 돼요.' },
    'face-small': {
      mark: '얼굴이 작음',
      reason: (px, limit) => `얼굴 높이가 ${Math.round(px)} px뿐이에요. 자세히 보려면 ${limit} px가 필요해요. 더 가까이에서 찍은 사진이 더 많이 가르쳐요.`,
    },
    'face-cut-off': { mark: '얼굴이 잘림', reason: () => '얼굴이 사진 가장자리에서 잘렸어요. 얼굴이 다 나온 사진을 골라 주세요.' },
    'not-upright': { mark: '누워 있음', reason: () => '얼굴이 옆으로 누워 있어요. 사진을 바로 돌려 주세요.' },
    'turned-away': {
      mark: '너무 돌아감',
      reason: (degrees, limit) => `고개가 카메라에서 ${Math.round(degrees)}° 돌아가 얼굴의 반이 보이지 않아요. ${limit}°까지는 괜찮아요.`,
    },
    'eyes-closed': { mark: '눈 감음', reason: () => '눈을 감고 있어요. 눈을 뜬 사진을 골라 주세요.' },
    covered: { mark: '얼굴이 가려짐', reason: () => '선글라스, 마스크, 손처럼 얼굴을 가리는 것이 있어요. 그것까지 얼굴로 배우게 돼요.' },
    blurred: { mark: '흐림', reason: () => '얼굴이 흐리거나 작은 그림을 키운 사진이에요. 흐린 것까지 배우게 돼요.' },
    noisy: { mark: '거친 입자', reason: () => '빛이 아주 적을 때처럼 입자가 거칠어요. 더 밝은 곳에서 찍은 사진을 골라 주세요.' },
    dark: { mark: '너무 어두움', reason: () => '얼굴이 너무 어두워 보이지 않아요. 밝게 하거나 더 밝은 사진을 골라 주세요.' },
    overexposed: { mark: '너무 밝음', reason: () => '빛에 얼굴이 하얗게 날아가서 되살릴 수 없어요. 다른 사진을 골라 주세요.' },
    'colour-cast': { mark: '색이 치우침', reason: () => '사진 전체에 강한 색이 껴 있어서 피부색도 그렇게 배우게 돼요. 보통 빛에서 찍은 사진을 골라 주세요.' },
    'black-and-white': { mark: '흑백', reason: () => '흑백 사진이에요. 컬러 사진이 있으면 그것을 써 주세요.' },
    'beauty-filter': { mark: '보정됨', reason: () => '필터로 피부를 매끈하게 한 것 같아요. 필터가 없는 사진이 더 나다워요.' },
    duplicate: { mark: '같은 사진', reason: () => '여기 있는 다른 사진과 거의 같아요. 같은 사진은 두 번 넣어도 더 가르치지 않아요.' },
  },
  topics: { angle: '각도', light: '빛', expression: '표정', glasses: '안경', distance: '거리' },
  kinds: {
    angle: { front: '정면', left: '왼쪽', right: '오른쪽' },
    light: { even: '고른 빛', 'from-left': '왼쪽에서', 'from-right': '오른쪽에서', dim: '어두운 빛' },
    expression: { serious: '무표정', smiling: '웃음' },
    glasses: { without: '없음', with: '있음' },
    distance: { close: '가까이', middle: '중간', far: '멀리' },
  },
  gaps: {
    photos: (missing) => `사진 ${number(missing)}장 더`,
    front: (missing) => `정면 ${number(missing)}장`,
    left: (missing) => `왼쪽을 보는 사진 ${number(missing)}장`,
    right: (missing) => `오른쪽을 보는 사진 ${number(missing)}장`,
    light: (missing) => `다른 빛에서 ${number(missing)}장`,
    smiling: (missing) => `웃는 사진 ${number(missing)}장`,
    serious: (missing) => `웃지 않는 사진 ${number(missing)}장`,
    close: (missing) => `가까이에서 ${number(missing)}장`,
    far: (missing) => `어깨까지 나온 사진 ${number(missing)}장`,
    'glasses-with': (missing) => `안경 쓴 사진 ${number(missing)}장`,
    'glasses-without': (missing) => `안경 벗은 사진 ${number(missing)}장`,
  },
  title: '사진에 담긴 것',
  titleLong: '쓰는 사진에 담긴 내 모습',
  share: (percent) => `좋은 구성의 ${number(percent)} %`,
  kindCount: (kind, count) => `${kind} ${number(count)}장`,
  missing: (list) => `아직 필요한 것: ${list.join(', ')}.`,
  complete: '빠진 것이 없어요.',
};
