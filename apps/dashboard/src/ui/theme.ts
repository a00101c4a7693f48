import type { Level } from '@heartwood/protocol'
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

/** Colours of one scheme. Components use them as `var(--hw-…)` and name no colour of their own. */
export interface Palette {
  ground: string
  surface: string
  /** Under the pointer, and of selected things. */
  hover: string
  line: string
  /** Edges of controls. */
  edge: string
  text: string
  muted: string
  accent: string
  accentSoft: string
  accentHover: string
  /** Text on a filled button. */
  onAccent: string
  danger: string
  dangerHover: string
  onDanger: string
  dangerSoft: string
  ok: string
  warnSoft: string
  /** Behind words that were looked for. */
  mark: string
  /** Levels as text. */
  level: Record<Level, string>
  /** Levels as bars: told apart also in greyscale and by colour-blind eyes. */
  bar: Record<Level, string>
}

export const light: Palette = {
  ground: '#FBFAF8',
  surface: '#FFFFFF',
  hover: '#F4F1EC',
  line: '#E7E3DC',
  edge: '#CFC8BC',
  text: '#1F1C18',
  muted: '#6F675C',
  accent: '#A94F24',
  accentSoft: '#F8ECE4',
  accentHover: '#8F411C',
  onAccent: '#FFFFFF',
  danger: '#B3261E',
  dangerHover: '#8F1D17',
  onDanger: '#FFFFFF',
  dangerSoft: '#FBEAE8',
  ok: '#2F6B3A',
  warnSoft: '#FBF1DC',
  mark: '#F8E3A8',
  level: { trace: '#736B60', debug: '#4F6276', info: '#1F62A8', warn: '#875300', error: '#B3261E', fatal: '#8E1577' },
  bar: { trace: '#D6D1C8', debug: '#AAB9C9', info: '#74A3D6', warn: '#B9810F', error: '#C2352B', fatal: '#5E0A52' },
}

export const dark: Palette = {
  ground: '#151310',
  surface: '#1D1A16',
  hover: '#27231E',
  line: '#312C25',
  edge: '#4A433A',
  text: '#EDE8E0',
  muted: '#A0968A',
  accent: '#E08A55',
  accentSoft: '#33241A',
  accentHover: '#EBA377',
  onAccent: '#1F1208',
  danger: '#F2857A',
  dangerHover: '#F7A59C',
  onDanger: '#2A0D0A',
  dangerSoft: '#38201D',
  ok: '#84C28D',
  warnSoft: '#332817',
  mark: '#57430F',
  level: { trace: '#A0968A', debug: '#97ABC0', info: '#7DB4EE', warn: '#E5B454', error: '#F2857A', fatal: '#F29BE3' },
  bar: { trace: '#544E46', debug: '#5C6D80', info: '#4288CE', warn: '#EBBB58', error: '#F57C6B', fatal: '#FFD0F8' },
}

const copper: MantineColorsTuple = ['#FBF1EB', '#F4DDCF', '#EBC0A6', '#E5A27C', '#E08A55', '#CE7140', '#BC5F31', '#A94F24', '#8F411C', '#6B3015']
const stone: MantineColorsTuple = ['#FBFAF8', '#F4F1EC', '#EDEAE4', '#E7E3DC', '#CFC8BC', '#B5ADA1', '#8E8578', '#6F675C', '#48423A', '#1F1C18']
const bark: MantineColorsTuple = ['#EDE8E0', '#CFC7BC', '#A0968A', '#7C7368', '#4A433A', '#3A342C', '#27231E', '#1D1A16', '#181613', '#151310']

export const theme = createTheme({
  primaryColor: 'copper',
  primaryShade: { light: 7, dark: 4 },
  colors: { copper, gray: stone, dark: bark },
  variantColorResolver: resolveVariant,
  black: light.text,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  fontWeights: { regular: '400', medium: '500', bold: '600' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '20px', lineHeight: '28px' }, h2: { fontSize: '16px', lineHeight: '24px' } } },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    NumberInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    TagsInput: { defaultProps: { size: 'sm' } },
    NativeSelect: { defaultProps: { size: 'sm' } },
    SegmentedControl: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 0 } } },
    Menu: { defaultProps: { shadow: 'none', transitionProps: { duration: 120 } } },
    Popover: { defaultProps: { shadow: 'none', transitionProps: { duration: 120 } } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.45 } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.45 } } },
  },
})

/** Filled buttons take the tokens, so that their text keeps its contrast in both schemes. */
function resolveVariant(input: Parameters<VariantColorsResolver>[0]): ReturnType<VariantColorsResolver> {
  const tone = input.color === 'red' ? 'danger' : input.color === undefined || input.color === 'copper' ? 'accent' : undefined
  if (input.variant !== 'filled' || !tone) return defaultVariantColorsResolver(input)
  return { background: `var(--hw-${tone})`, hover: `var(--hw-${tone}-hover)`, color: `var(--hw-on-${tone})`, border: 'none' }
}

/** The tokens as custom properties, and Mantine's own colours pointed at them. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: toVariables(light), dark: toVariables(dark) })

function toVariables(palette: Palette): Record<string, string> {
  const { level, bar, ...plain } = palette
  const own = Object.entries(plain).map(([name, value]) => [`--hw-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value])
  const levels = Object.entries(level).map(([name, value]) => [`--hw-level-${name}`, value])
  const bars = Object.entries(bar).map(([name, value]) => [`--hw-bar-${name}`, value])
  return {
    ...Object.fromEntries([...own, ...levels, ...bars]),
    '--mantine-color-body': palette.surface,
    '--mantine-color-text': palette.text,
    '--mantine-color-dimmed': palette.muted,
    '--mantine-color-placeholder': palette.muted,
    '--mantine-color-default': palette.surface,
    '--mantine-color-default-hover': palette.hover,
    '--mantine-color-default-color': palette.text,
    '--mantine-color-default-border': palette.edge,
    '--mantine-color-error': palette.danger,
    '--mantine-color-anchor': palette.accent,
    '--mantine-color-copper-light-color': palette.accent,
    '--mantine-color-red-light-color': palette.danger,
    '--mantine-color-gray-light-color': palette.muted,
    '--mantine-color-gray-subtle-color': palette.muted,
  }
}
